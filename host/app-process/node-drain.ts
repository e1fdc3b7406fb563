import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { AppProcessSettings } from "./settings";
import { sendCommand } from "../haproxy/commands";
import { column } from "./balancer";

/** Announces the node's stop if the last process stops. A failure does not hold up the stop. */
export async function announceIfLast(
  settings: AppProcessSettings,
  instance: string,
  warn: (text: string) => void,
): Promise<void> {
  try {
    markStopping(settings, instance);
    if (await isLast(settings, instance)) await announceStop(settings);
  } catch (error) {
    warn(`the stop is not announced to the web nodes: ${(error as Error).message}`);
  }
}

/** Ends the announcement of the node's stop, if there is one, because a process has started. */
export async function withdrawStop(
  settings: AppProcessSettings,
  instance: string,
  warn: (text: string) => void,
): Promise<void> {
  unmarkStopping(settings, instance);
  try {
    await endAnnouncement(settings);
  } catch (error) {
    // A balancer that is not running yet reads the file, and checks the process, when it starts.
    warn(`the start is not told to the balancer: ${(error as Error).message}`);
  }
}

/** Longest wait for systemd's answer, milliseconds. */
const systemdMs = 5_000;

function markOf({ drainMap }: AppProcessSettings, instance: string): string {
  return join(dirname(drainMap), `leaving-${instance}`);
}

/** Marks a process as about to stop. Processes that stop at the same time see each other's marks. */
export function markStopping(settings: AppProcessSettings, instance: string): void {
  const path = markOf(settings, instance);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
}

/** Removes the mark of a process that has started. */
export function unmarkStopping(settings: AppProcessSettings, instance: string): void {
  rmSync(markOf(settings, instance), { force: true });
}

/**
 * Processes to which the balancer sends new requests.
 *
 * @param csv answer to `show stat app 4 -1`
 */
export function servingIn(csv: string): string[] {
  return column(csv, "svname", (at) => /^(UP|no check)/.test(at("status")));
}

/**
 * Processes that systemd counts as started.
 *
 * @param list answer of `systemctl list-units --plain --no-legend`
 */
export function activeIn(list: string): string[] {
  return [...list.matchAll(/^app@(\S+)\.service /gm)].map(([, instance]) => instance!);
}

/** Processes that serve; with a shared port the balancer does not know them, and systemd does. */
async function serving({ sharesPort, socket }: AppProcessSettings): Promise<string[]> {
  if (!sharesPort) return servingIn(await sendCommand(socket, "show stat app 4 -1"));
  const words = ["list-units", "--plain", "--full", "--no-legend", "--state=active"];
  const options = { encoding: "utf8", timeout: systemdMs } as const;
  return activeIn(execFileSync("/usr/bin/systemctl", [...words, "app@*.service"], options));
}

/**
 * True if no other process of the node serves that is not about to stop as well. The caller has marked its own process
 * before. Of processes that stop at the same time, at least the one that marked itself last gets true.
 *
 * @throws Error if the balancer, or systemd, does not answer.
 */
export async function isLast(settings: AppProcessSettings, instance: string): Promise<boolean> {
  const others = (await serving(settings)).filter((one) => one !== instance);
  return others.every((one) => existsSync(markOf(settings, one)));
}

/** Time within which the web nodes, which check every 0.5 s, stop sending requests, milliseconds. */
const noticedMs = 1_500;
/** Attempts to reach a balancer that is just starting, and the time between them, milliseconds. */
const starting = { attempts: 5, everyMs: 200 };

/** Where the balancer reads whether its node is drained. */
export interface DrainMap {
  /** Map file; the balancer reads it at its start. */
  drainMap: string;
  /** Admin socket of the balancer. */
  socket: string;
}

/** Sets the map of the running balancer. @throws Error if the balancer does not run. */
async function setRunning({ drainMap, socket }: DrainMap, word: "on" | "off"): Promise<void> {
  if ((await sendCommand(socket, `set map ${drainMap} node ${word}`)) === "") return;
  // The map has no entry before its first change.
  const answer = await sendCommand(socket, `add map ${drainMap} node ${word}`);
  if (answer !== "") throw new Error(`the balancer says: ${answer}`);
}

function write({ drainMap }: DrainMap, word: "on" | "off"): void {
  mkdirSync(dirname(drainMap), { recursive: true });
  writeFileSync(`${drainMap}.new`, `node ${word}\n`);
  renameSync(`${drainMap}.new`, drainMap);
}

/**
 * Announces that the node's last process is about to stop: the balancer's health page answers 404 while requests are
 * still served. Resolves once the web nodes have noticed it.
 */
export async function announceStop(map: DrainMap): Promise<void> {
  write(map, "on");
  await setRunning(map, "on");
  await pause(noticedMs);
}

/**
 * Ends the announcement, because a process has started.
 *
 * @throws Error if the balancer does not take the change; it reads the file when it starts.
 */
export async function endAnnouncement(map: DrainMap): Promise<void> {
  write(map, "off");
  for (let left = starting.attempts; ; left--) {
    try {
      return await setRunning(map, "off");
    } catch (error) {
      if (left <= 1) throw error;
      await pause(starting.everyMs);
    }
  }
}
