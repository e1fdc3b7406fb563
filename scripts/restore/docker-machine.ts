import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureDocker, ensureImage } from "../build-image";
import { repositoryRoot } from "../local/paths";
import { ensurePrerequisites, imagePrerequisites } from "../local/prerequisites";
import { endSignals } from "../operate/terminal";
import { releaseFolder, type Docker, labelWords, claimFolder, removeLeftovers } from "./leftovers";
import { PrefixMachine } from "./machine";
import { prepare } from "./replay";

/** Runs Docker; its message is part of the error. */
const docker: Docker = (words) =>
  execFileSync("docker", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** A throw-away container of the host image, without a network. */
export class DockerMachine extends PrefixMachine {
  private constructor(readonly id: string) {
    super(["docker", "exec", "-i", id]);
  }

  /** Starts a container with a folder and a file of this machine. */
  static start(image: string, folder: { here: string; there: string }, file: typeof folder) {
    const words = [
      ...["run", "--detach", "--init", "--network", "none"],
      ...labelWords(folder.here),
      ...[
        "--volume",
        `${folder.here}:${folder.there}`,
        "--volume",
        `${file.here}:${file.there}:ro`,
      ],
      ...["--entrypoint", "/usr/bin/sleep", image, "infinity"],
    ];
    return new DockerMachine(docker(words).trim());
  }

  /** Removes the container, and everything in the folder, whose files belong to users of the container. */
  remove(there: string): void {
    docker(["exec", this.id, "sh", "-c", `rm -rf ${there}/*`]);
    docker(["rm", "--force", this.id]);
  }
}

/** Folder of a restore in its container. */
export const containerFolder = "/restore";

/** A container for a restore, with its folder on this machine. */
export interface Place {
  machine: DockerMachine;
  folder: string;
  /** Time of the start, milliseconds since 1970. */
  startMs: number;
}

/**
 * Starts a container of the host image without a network, and passes it to `use`. The container and its folder are
 * removed, unless `use` returns `keep`; leftovers of an interrupted restore are removed too. A failed removal is only
 * reported, and does not change the result.
 *
 * @param identity path of the file with the age identity on this machine; it is `/identity` in the container.
 */
export async function inContainer(
  identity: string,
  say: (line: string) => void,
  use: (place: Place) => Promise<"keep" | "remove">,
): Promise<void> {
  const startMs = Date.now();
  const root = join(repositoryRoot, ".webstack", "restores");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  ensurePrerequisites(imagePrerequisites, say);
  await ensureDocker({ progress: say });
  const image = await ensureImage({ progress: say });
  removeLeftovers({ root, image, docker, say });
  const folder = mkdtempSync(join(root, `${startMs}-`));
  claimFolder(folder);
  const file = { here: resolve(identity), there: "/identity" };
  const machine = DockerMachine.start(image, { here: folder, there: containerFolder }, file);
  let isKept = false;
  const remove = () => removePlace({ machine, folder }, say);
  // A run ended by a signal must remove its data: otherwise the next night's run finds a full disk.
  const end = () => {
    remove();
    process.exit(1);
  };
  for (const signal of endSignals) process.on(signal, end);
  try {
    prepare(folder);
    isKept = (await use({ machine, folder, startMs })) === "keep";
    if (isKept) releaseFolder(folder);
  } finally {
    if (!isKept) remove();
    for (const signal of endSignals) process.off(signal, end);
  }
}

function removePlace(
  { machine, folder }: Pick<Place, "machine" | "folder">,
  say: (line: string) => void,
): void {
  try {
    machine.remove(containerFolder);
    rmSync(folder, { recursive: true, force: true });
    releaseFolder(folder);
  } catch (error) {
    const id = machine.id.slice(0, 12);
    say(
      `note: container ${id} and ${folder} hold a decrypted database and were not removed (${(error as Error).message}); the next restore removes them`,
    );
  }
}
