import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { npmScript } from "../local/processes";
import { repositoryRoot } from "../local/paths";

/** A finished run of `npm run up:local`. */
export interface Up {
  /** Exit status; null if a signal ended it. */
  status: number | null;
  output: string;
  tookSeconds: number;
}

/** Changes of an `up`, from its output. */
export interface Done {
  /** Number of steps by kind, such as `update`; steps that change nothing are not counted. */
  steps: Record<string, number>;
  /** Nodes whose configuration was applied, in order. */
  configured: string[];
}

/**
 * A line such as ` 41.0s update web-1-configuration (7.4 s)`; lines with `refresh` do not match, since a refresh only
 * reads the host.
 */
const configuredLine = /^\s*[\d.]+s\s+(?!refresh )\w[\w-]* (\S+)-configuration \([\d.]+ s\)$/gm;

/** Reads the output of `npm run up:local`; undefined if the output has no count of steps. */
export function doneIn(output: string): Done | undefined {
  const [, counts] = /^\s*[\d.]+s\s+changes: (.*)$/m.exec(output) ?? [];
  if (counts === undefined) return undefined;
  const steps = [...counts.matchAll(/(\d+) ([a-z][\w-]*)/g)].map(([, count, kind]) => [
    kind,
    Number(count),
  ]);
  const configured = [...output.matchAll(configuredLine)].map(([, node]) => node!);
  return { steps: Object.fromEntries(steps) as Record<string, number>, configured };
}

/** Runs `npm run up:local` to its end, successful or not. */
export async function up(...args: string[]): Promise<Up> {
  const begun = Date.now();
  let output = "";
  const status = await npmScript("up:local", args, { hear: (text) => (output += text) });
  return { status, output, tookSeconds: (Date.now() - begun) / 1000 };
}

/** Runs `npm run up:local`. @throws Error with the end of its output if it fails. */
export async function upDone(...args: string[]): Promise<Up & Done> {
  const ended = await up(...args);
  const done = doneIn(ended.output);
  if (ended.status === 0 && done) return { ...ended, ...done };
  throw new Error(`npm run up:local failed with ${ended.status}: ${ended.output.slice(-4_000)}`);
}

/**
 * Lets `work` edit the local stack's file. Afterwards, also after a failure, an `up` with the restored file restores
 * the stack.
 *
 * @returns the result of `work`, and the `up` that restored the stack.
 */
export async function withEdits<T>(
  work: (edit: (change: (settings: StackSettings) => void) => void) => Promise<T>,
): Promise<{ result: T; back: Up & Done }> {
  let result: T;
  try {
    result = await withStackFile(work);
  } catch (error) {
    // The failure of `work` is reported, not one of this `up`.
    await up();
    throw error;
  }
  return { result, back: await upDone() };
}

/** @throws Error with the changes of the next `npm run up:local`, if there are any. */
export async function nothingLeft(): Promise<void> {
  const { steps, configured } = await upDone();
  if (Object.keys(steps).length === 0) return;
  const nodes = configured.length > 0 ? ` on ${configured.join(", ")}` : "";
  throw new Error(`the next up still changes ${JSON.stringify(steps)}${nodes}`);
}

/**
 * Starts `npm run up:local`, and kills npm, the program and the engine with SIGKILL after some time.
 *
 * @returns true if it was killed, false if it had ended before.
 */
export function upKilled(afterSeconds: number): Promise<boolean> {
  return killedAfter(afterSeconds, ["npm", "run", "--silent", "up:local"]);
}

/** Starts a command in a process group of its own, and kills the group after some time; false: it had ended before. */
export async function killedAfter(
  seconds: number,
  [command = "", ...args]: readonly string[],
): Promise<boolean> {
  const child = spawn(command, args, { cwd: repositoryRoot, stdio: "ignore", detached: true });
  const kill = () => {
    try {
      return process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has just ended.
      return false;
    }
  };
  // A drill that is stopped leaves no `up` behind.
  process.once("exit", kill);
  const timer = new AbortController();
  const due = pause(seconds * 1000, true, { signal: timer.signal }).catch(() => false);
  const ended = once(child, "exit").then(() => false);
  const wasKilled = (await Promise.race([ended, due])) && kill();
  timer.abort();
  await ended;
  process.off("exit", kill);
  return wasKilled;
}

/** Settings of a stack file by key, such as `webstack:app`. */
export type StackSettings = Record<string, Record<string, unknown> | undefined>;

const stackFile = join(repositoryRoot, "Pulumi.local.yaml");

/**
 * Lets `work` edit the local stack's file; afterwards, also if a signal ends the process, the file is
 * restored.
 */
export async function withStackFile<T>(
  work: (edit: (change: (settings: StackSettings) => void) => void) => Promise<T>,
): Promise<T> {
  const before = readFileSync(stackFile, "utf8");
  const restore = () => writeFileSync(stackFile, before);
  process.once("exit", restore);
  try {
    return await work((change) => {
      const file = parse(before) as { config: StackSettings };
      change(file.config);
      writeFileSync(stackFile, stringify(file));
    });
  } finally {
    process.off("exit", restore);
    restore();
  }
}
