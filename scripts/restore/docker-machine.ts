import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureDocker, ensureImage } from "../build-image";
import { repositoryRoot } from "../local/paths";
import { ensurePrerequisites, imagePrerequisites } from "../local/prerequisites";
import { PrefixMachine } from "./machine";
import { prepare } from "./replay";

/** A throw-away container of the host image, without a network. */
export class DockerMachine extends PrefixMachine {
  private constructor(readonly id: string) {
    super(["docker", "exec", "-i", id]);
  }

  /** Starts a container with a folder and a file of this machine. */
  static start(image: string, folder: { here: string; there: string }, file: typeof folder) {
    const words = [
      ...["run", "--detach", "--init", "--network", "none"],
      ...["--label", "webstack.restore=1"],
      ...[
        "--volume",
        `${folder.here}:${folder.there}`,
        "--volume",
        `${file.here}:${file.there}:ro`,
      ],
      ...["--entrypoint", "/usr/bin/sleep", image, "infinity"],
    ];
    return new DockerMachine(execFileSync("docker", words, { encoding: "utf8" }).trim());
  }

  /** Removes the container, and everything in the folder, whose files belong to users of the container. */
  remove(there: string): void {
    const stdio = "ignore" as const;
    execFileSync("docker", ["exec", this.id, "sh", "-c", `rm -rf ${there}/*`], { stdio });
    execFileSync("docker", ["rm", "--force", this.id], { stdio });
  }
}

/** Folder of a restore in its container. */
export const there = "/restore";

/** A container for a restore, with its folder on this machine. */
export interface Place {
  machine: DockerMachine;
  folder: string;
  /** Time of the start, milliseconds since 1970. */
  startMs: number;
}

/**
 * Starts a container of the host image without a network, and passes it to `use`. The container and its folder are
 * removed, unless `use` returns `keep`.
 *
 * @param identity path of the file with the age identity on this machine; it is `/identity` in the container.
 */
export async function inContainer(
  identity: string,
  say: (line: string) => void,
  use: (place: Place) => Promise<"keep" | "remove">,
): Promise<void> {
  const startMs = Date.now();
  const folder = join(repositoryRoot, ".webstack", "restores", String(startMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  ensurePrerequisites(imagePrerequisites, say);
  await ensureDocker({ progress: say });
  const image = await ensureImage({ progress: say });
  const file = { here: resolve(identity), there: "/identity" };
  const machine = DockerMachine.start(image, { here: folder, there }, file);
  let isKept = false;
  const remove = () => {
    machine.remove(there);
    rmSync(folder, { recursive: true, force: true });
  };
  // A run ended by a signal must remove its data: otherwise the next night's run finds a full disk.
  const end = () => {
    remove();
    process.exit(1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
  try {
    prepare(folder);
    isKept = (await use({ machine, folder, startMs })) === "keep";
  } finally {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, end);
    if (!isKept) remove();
  }
}
