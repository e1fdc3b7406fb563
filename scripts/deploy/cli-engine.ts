import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../local/paths";
import { type DeployEngine, type Deployment, type EngineOptions, pinsIn } from "./engine";
import { EventLog } from "./event-log";

/** Interval between two reads of the engine's events, milliseconds. */
const readMs = 200;
/** Largest part of the command's output that is kept, characters. */
const keptWords = 4_000;

/** Output of a finished command. */
interface Output {
  stdout: string;
}

/** Runs `pulumi`. @throws Error with the end of its output if the exit status is not 0. */
function pulumi(
  words: string[],
  { cwd, signal }: { cwd: string; signal: AbortSignal },
  everyMs?: () => void,
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", words, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      // This variable enables the flag --event-log; the Automation API sets it too.
      env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    const stop = () => child.kill("SIGINT");
    signal.addEventListener("abort", stop);
    const timer = everyMs && setInterval(everyMs, readMs);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on(
        "data",
        (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-keptWords)),
      );
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = "pulumi is not on the path; the local stack is --stack local";
      reject(error.code === "ENOENT" ? new Error(missing, { cause: error }) : error);
    });
    child.on("close", (status) => {
      clearInterval(timer);
      signal.removeEventListener("abort", stop);
      everyMs?.();
      if (status === 0) return resolve({ stdout });
      reject(new Error(`pulumi ${words[0]} ended with ${status}:\n${stderr.trim()}`));
    });
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
      const { stdout } = await pulumi(["stack", "export", "--stack", stack], { cwd, signal });
      return pinsIn((JSON.parse(stdout) as { deployment: Deployment }).deployment);
    },
    preview: (onEvent, refresh) => run("preview", onEvent, refresh ? ["--refresh"] : []),
    up: (onEvent, message) =>
      run("up", onEvent, message === undefined ? [] : ["--message", message]),
  };
}
