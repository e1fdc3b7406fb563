import { spawn } from "node:child_process";
import { repositoryRoot } from "../local/paths";

/** The command that brings a stack, as it is read from the cloud and the hosts, to what its file says. */
function upCommand(stack: string | undefined): string[] {
  if (stack === undefined) return ["npm", "run", "--silent", "up:local", "--", "--refresh"];
  return ["pulumi", "up", "--refresh", "--yes", "--skip-preview", "--stack", stack];
}

/** Runs `up` with a refresh: it makes again what is missing. @throws Error if it fails. */
export function upAgain(stack: string | undefined): Promise<void> {
  const [program = "", ...words] = upCommand(stack);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: repositoryRoot, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve();
      reject(new Error(`${[program, ...words].join(" ")} failed; run it again to go on`));
    });
  });
}
