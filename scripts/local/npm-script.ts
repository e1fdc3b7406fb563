import { spawn } from "node:child_process";
import { repositoryRoot } from "./paths";
import { localStackName } from "./stack-name";

/** How {@link npmScript} runs a script. */
export interface NpmScriptOptions {
  /** Receives what it says, as it comes; errors too, unless they are shown. */
  hear: (text: string) => void;
  /** True if errors go to those of this process. @default false */
  showsErrors?: boolean;
  /** Time after which it is ended as by Ctrl-C, milliseconds. @default never */
  timeoutMs?: number;
}

/**
 * Runs a script of this project's `package.json` to its end, whatever that is.
 *
 * @returns its exit status; null if a signal ended it.
 * @throws Error if npm cannot be started.
 */
export function npmScript(
  script: string,
  args: readonly string[],
  { hear, showsErrors = false, timeoutMs }: NpmScriptOptions,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", showsErrors ? "inherit" : "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGINT",
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", hear);
    }
    child.on("error", reject);
    child.on("close", resolve);
  });
}

/**
 * Arguments of a script that works on the local stack, whatever stack is selected: `:local` scripts know no other one.
 */
export function onLocalStack(script: string, args: readonly string[]): string[] {
  return script.endsWith(":local") ? [...args] : [...args, "--stack", localStackName];
}
