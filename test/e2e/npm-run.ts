import { spawn } from "node:child_process";
import { repositoryRoot } from "../../scripts/local/paths";

/** Output and duration of a finished command. */
export interface Finished {
  output: string;
  seconds: number;
}

/**
 * Runs `npm run <script>` in the checkout as a user would; its output is shown and returned.
 *
 * @throws Error if it exits with another status than 0 or runs longer than `timeoutSeconds`.
 */
export function npmRun(script: string, args: string[], timeoutSeconds: number): Promise<Finished> {
  const begun = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => child.kill("SIGINT"), timeoutSeconds * 1000);
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      const seconds = (Date.now() - begun) / 1000;
      if (status === 0) resolve({ output, seconds });
      else reject(new Error(`npm run ${script} ended with ${status} after ${seconds} s`));
    });
  });
}
