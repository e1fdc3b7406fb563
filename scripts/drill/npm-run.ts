import { spawn } from "node:child_process";
import { repositoryRoot } from "../local/paths";

/** What a command said, and how it ended. */
export interface Ended {
  /** Exit status; null if a signal ended it. */
  status: number | null;
  /** The end of what it said, both streams. */
  said: string;
}

/** Runs an npm script of this project to its end, whatever that is. */
export function npmEnded(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const words = ["run", "--silent", script, "--", ...args];
    const child = spawn("npm", words, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, said }));
  });
}

/** Runs an npm script of this project. @throws Error with the end of what it said. */
export async function npmRun(script: string, ...args: string[]): Promise<void> {
  const { status, said } = await npmEnded(script, ...args);
  if (status !== 0) throw new Error(`npm run ${script} failed: ${said}`);
}
