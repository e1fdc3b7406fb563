import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sendCommand } from "../haproxy/send-command";

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
  const said = await sendCommand(socket, `add map ${drainMap} node ${word}`);
  if (said !== "") throw new Error(`the balancer says: ${said}`);
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
 * @throws Error if the balancer cannot be told; it reads the file when it starts.
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
