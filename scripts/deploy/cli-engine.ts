import {
  mkdirSync,
  rmSync,
  writeFileSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
} from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { spawn } from "node:child_process";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../local/paths";
import { type DeployEngine, type Deployment, type EngineOptions, pinsIn } from "./engine";

/** Runs `pulumi`. @throws Error with the end of its output if the exit status is not 0. */
function pulumi(...args: Parameters<typeof runPulumi>): Promise<string> {
  return runPulumi(...args).catch((error: NodeJS.ErrnoException) => {
    const missing = "pulumi is not on the path; the local stack is --stack local";
    throw error.code === "ENOENT" ? new Error(missing, { cause: error }) : error;
  });
}

/**
 * Runs a stack with the given settings, by the `pulumi` command. The settings are in a file of their own:
 * the stack's file does not change.
 */
export function cliEngine(
  stack: string,
  { settings, files = "deploy", directory: cwd = repositoryRoot, signal }: EngineOptions,
): DeployEngine {
  const directory = join(repositoryRoot, ".webstack", stack);
  const settingsFile = join(directory, `${files}.yaml`);
  const logFile = join(directory, `${files}-events.jsonl`);
  const run = async (
    command: string,
    onEvent: (event: EngineEvent) => void,
    further: readonly string[] = [],
  ) => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    rmSync(logFile, { force: true });
    writeFileSync(settingsFile, settings, { mode: 0o600 });
    const log = new EventLog(logFile, onEvent);
    const words = [
      ...[command, "--stack", stack, "--config-file", settingsFile, "--event-log", logFile],
      ...["--non-interactive", "--suppress-progress", "--color", "never"],
      ...(command === "up" ? ["--yes", "--skip-preview"] : []),
      ...further,
    ];
    try {
      await pulumi(words, { cwd, signal }, () => log.read());
    } finally {
      for (const file of [settingsFile, logFile]) rmSync(file, { force: true });
    }
  };
  return {
    pins: async () => {
      const text = await pulumi(["stack", "export", "--stack", stack], { cwd, signal });
      return pinsIn((JSON.parse(text) as { deployment: Deployment }).deployment);
    },
    preview: (onEvent, refresh) => run("preview", onEvent, refresh ? ["--refresh"] : []),
    up: (onEvent, message) =>
      run("up", onEvent, message === undefined ? [] : ["--message", message]),
  };
}

/** A file into which the running engine writes its events, one JSON text on each line. */
export class EventLog {
  private offset = 0;
  private rest = "";
  private readonly decoder = new StringDecoder("utf8");

  constructor(
    private readonly path: string,
    private readonly onEvent: (event: EngineEvent) => void,
  ) {}

  /** Passes on the events since the last call. */
  read(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r");
    try {
      const chunk = Buffer.alloc(1 << 16);
      for (;;) {
        const length = readSync(file, chunk, 0, chunk.length, this.offset);
        if (length === 0) break;
        this.offset += length;
        this.take(this.decoder.write(chunk.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.onEvent(JSON.parse(line) as EngineEvent);
  }
}

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
