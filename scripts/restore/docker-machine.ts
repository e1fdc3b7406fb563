import { execFileSync } from "node:child_process";
import { PrefixMachine } from "./machine";

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
