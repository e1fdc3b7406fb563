import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { repositoryRoot } from "../local/paths";
import { type DeployEngine, type Deployment, type EngineOptions, pinsIn } from "./engine";
import { EventLog } from "./event-log";
import { runPulumi } from "./pulumi-command";

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
