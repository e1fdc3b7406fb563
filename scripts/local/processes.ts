import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "../../offline/engine/lock";
import { localStackName, repositoryRoot } from "./paths";

/** The process id in `file`, if that process is alive. */
export function livePid(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").trim());
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) ? pid : undefined;
}

/** Starts a TypeScript program that outlives this one; its output goes to `log`. Returns its id. */
export function startDetached(script: string, args: string[], log: string): number {
  const output = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, ["--import", require.resolve("tsx"), script, ...args], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  if (child.pid === undefined) throw new Error(`cannot start ${script}; see ${log}`);
  return child.pid;
}

/** Ends the process whose id is in `file` and removes the file. Waits up to ten seconds. */
export async function stopByPidFile(file: string): Promise<void> {
  const pid = livePid(file);
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    for (const end = Date.now() + 10_000; isAlive(pid) && Date.now() < end;) await pause(50);
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  }
  rmSync(file, { force: true });
}

/**
 * Takes the lock of the local stack for this process until it exits.
 *
 * @throws Error if another live process holds it.
 */
export function takeLock(file: string, command: string): void {
  const holder = livePid(file);
  if (holder !== undefined && holder !== process.pid) {
    throw new Error(
      `another command is working on the local stack (process ${holder}); wait for it, then run ${command} again`,
    );
  }
  rmSync(file, { force: true });
  writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
  process.once("exit", () => {
    if (existsSync(file) && readFileSync(file, "utf8") === String(process.pid)) rmSync(file);
  });
}

/** Options of {@link npmScript}. */
export interface NpmScriptOptions {
  /** Receives the output as it arrives; standard error too, unless `showsErrors` is set. */
  hear: (text: string) => void;
  /** True if standard error goes to that of this process. @default false */
  showsErrors?: boolean;
  /** Time after which the script is ended as by Ctrl-C, milliseconds. @default never */
  timeoutMs?: number;
}

/**
 * Runs a script of this project's `package.json` to its end, successful or not.
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

/** Arguments of a script for the local stack, whatever stack is selected: `:local` scripts take no `--stack`. */
export function onLocalStack(script: string, args: readonly string[]): string[] {
  return script.endsWith(":local") ? [...args] : [...args, "--stack", localStackName];
}

/** Output and exit status of a command. */
export interface Ended {
  /** Exit status; null if a signal ended it. */
  status: number | null;
  /** The end of the output, both streams. */
  output: string;
}

/** Largest part of a command's output that is kept, characters. */
const kept = 4_000;

/** Runs an npm script of this project on the local stack to its end; a failure is no error. */
export async function npmEnded(script: string, ...args: string[]): Promise<Ended> {
  let output = "";
  const hear = (text: string) => (output = (output + text).slice(-kept));
  const status = await npmScript(script, onLocalStack(script, args), { hear });
  return { status, output };
}

/** Runs an npm script of this project on the local stack. @throws Error with the end of the output if the script fails. */
export async function npmRun(script: string, ...args: string[]): Promise<void> {
  const { status, output } = await npmEnded(script, ...args);
  if (status !== 0) throw new Error(`npm run ${script} failed: ${output}`);
}
