import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sendCommand } from "../haproxy/send-command";
import { column } from "./balancer";
import type { AppProcessSettings } from "./settings";

/** Longest wait for systemd's answer, milliseconds. */
const systemdMs = 5_000;

function markOf({ drainMap }: AppProcessSettings, instance: string): string {
  return join(dirname(drainMap), `leaving-${instance}`);
}

/** Marks a process as about to stop. Processes that stop at the same time see each other's marks. */
export function markLeaving(settings: AppProcessSettings, instance: string): void {
  const path = markOf(settings, instance);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
}

/** Removes the mark of a process that has started. */
export function unmarkLeaving(settings: AppProcessSettings, instance: string): void {
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
 * before; of processes that stop at the same time, at least the one that marked itself last is told so.
 *
 * @throws Error if the balancer, or systemd, does not answer.
 */
export async function isLast(settings: AppProcessSettings, instance: string): Promise<boolean> {
  const others = (await serving(settings)).filter((one) => one !== instance);
  return others.every((one) => existsSync(markOf(settings, one)));
}
