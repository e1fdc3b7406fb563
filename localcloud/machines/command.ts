import { spawn } from "node:child_process";

/** What a command may need besides its arguments. */
export interface CommandOptions {
  /** Text for its standard input. */
  input?: string;
  /** Seconds until it is ended. @default 60 */
  timeoutSeconds?: number;
}

/**
 * Runs a program with an argument array, never through a shell; resolves with its output.
 *
 * @throws Error with the command and the end of what it said.
 */
export function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { input = "", timeoutSeconds = 60 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutSeconds * 1000);
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot run ${file}: ${error.message}`));
    });
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      if (status === 0) return resolve(stdout);
      const errorOutput = stderr.trim().split("\n").slice(-8).join("\n");
      reject(
        new Error(
          `${file} ${args.slice(0, 6).join(" ")} ended with ${status ?? signal}: ${errorOutput}`,
        ),
      );
    });
    child.stdin.end(input);
  });
}

/** Like {@link command}, but a failure is an answer: undefined. */
export function attempt(file: string, args: readonly string[], options?: CommandOptions) {
  return command(file, args, options).catch(() => undefined);
}
