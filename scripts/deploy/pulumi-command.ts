import { spawn } from "node:child_process";

/** Interval of the calls of `onTick`, milliseconds. */
const tickMs = 200;
/** Largest part of the command's output that an error shows, characters. */
const keptWords = 4_000;

/** How `pulumi` is run. */
export interface PulumiRun {
  cwd: string;
  /** Ends the command as Ctrl-C does. @default nothing does */
  signal?: AbortSignal;
  /** True if no error may show the standard output, as that of `stack export`. @default false */
  hidesOutput?: boolean;
}

/**
 * Runs `pulumi`; returns its standard output.
 *
 * @param onTick called every 200 ms while the command runs, and at its end. @default nothing is
 * @throws Error with the code ENOENT if `pulumi` is not on the path, and with the end of the output if the exit status is
 * not 0.
 */
export function runPulumi(
  words: readonly string[],
  { cwd, signal, hidesOutput = false }: PulumiRun,
  onTick?: () => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", words, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      // This variable enables the flag --event-log; the Automation API sets it too.
      env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    const stop = () => child.kill("SIGINT");
    signal?.addEventListener("abort", stop);
    const timer = onTick && setInterval(onTick, tickMs);
    let [stdout, shown] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    for (const stream of hidesOutput ? [child.stderr] : [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (shown = (shown + chunk.toString()).slice(-keptWords)));
    }
    child.on("error", reject);
    child.on("close", (status) => {
      clearInterval(timer);
      signal?.removeEventListener("abort", stop);
      onTick?.();
      if (status === 0) return resolve(stdout);
      reject(new Error(`pulumi ${words[0]} ended with ${status}:\n${shown.trim()}`));
    });
  });
}
