import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { type Members, type Watch, watched } from "./database-watch";
import type { Drill } from "./drill";

/** Unit of MySQL on a database node. */
export const mysqlUnit = "mysql.service";
/** Watch of most database drills. */
export const usualWatch: Watch = { watchMs: 14_000, backSeconds: 90, reads: true };

/** Watch with time for a member to rejoin under load, which the other members notice too. */
export const rejoinWatch: Watch = { ...usualWatch, watchMs: 22_000 };

/** Injects a fault. */
export type Breaks = (members: Members) => Promise<unknown>;

/** Cuts the private links between a server and others. */
export async function cutFrom(server: string, peers: readonly string[]): Promise<void> {
  for (const peer of peers) await inject({ fault: "link", server, side: "private", peer });
}

/** Drill of a fault that moves the primary role: writes wait, and none fails. */
export function failover(
  id: string,
  title: string,
  breaks: Breaks,
  boundMs = 8_000,
  watch = usualWatch,
): Drill {
  const run = (outputs: StackOutputs) => watched(outputs, watch, breaks);
  return { id, title, boundMs, moves: [1, 1], failed: 0, run };
}

/** Drill of a fault that hardly affects the group. */
export function harmless(id: string, title: string, breaks: Breaks, watch = rejoinWatch): Drill {
  const run = (outputs: StackOutputs) => watched(outputs, watch, breaks);
  return { id, title, boundMs: 1_000, moves: [0, 0], failed: 0, run };
}
