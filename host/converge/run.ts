import { execFile } from "node:child_process";

/** Result of a finished program. */
export interface ProgramResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell. Never rejects: a program that cannot start has status 127. */
export function run(
  command: readonly string[],
  timeoutSeconds = 60,
  env = {},
): Promise<ProgramResult> {
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutSeconds * 1000,
      maxBuffer: 16 << 20,
      env: { ...process.env, LC_ALL: "C", ...env },
    };
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : 127) : 0;
      const late = error?.killed ? `\nkilled after ${timeoutSeconds} s` : "";
      resolve({ status: code, stdout, stderr: stderr + late });
    });
  });
}

/**
 * Runs a program that must succeed; returns its output.
 *
 * @throws Error with the command and the end of its output.
 */
export async function runOrThrow(command: readonly string[], timeoutSeconds = 60, env = {}) {
  const { status, stdout, stderr } = await run(command, timeoutSeconds, env);
  if (status === 0) return stdout;
  const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
  throw new Error(`${command.join(" ")} exited with ${status}:\n${output}`);
}

/** Prints a step as a JSON line for the caller of converge. */
export function reportStep(step: string, detail = ""): void {
  process.stdout.write(`${JSON.stringify({ step, detail })}\n`);
}

/** Resolves after that many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
