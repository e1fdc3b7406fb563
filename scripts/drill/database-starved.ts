import { setTimeout as pause } from "node:timers/promises";
import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { mysqlUnit, usualWatch } from "./database-kinds";
import { type Members, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";

/** Share of one processor for MySQL of the primary, per cent. */
const percent = 2;
/** Duration of the limit, milliseconds. */
const starvedMs = 20_000;

/** Number of times that the app nodes' proxies marked a database node down as primary in the last `seconds`. */
async function cutsOf(outputs: StackOutputs, node: string, seconds: number): Promise<number> {
  const apps = outputs.nodes.filter(({ role }) => role === "app").map(({ name }) => name);
  const command =
    `sudo journalctl -u haproxy --since=-${seconds}s --output=cat | ` +
    `grep -c '^Server primary/${node} is DOWN' || true`;
  const counts = await Promise.all(apps.map((app) => runOnNode(outputs, app, command)));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/** Limits the primary's processor time: it serves slowly, and keeps its sessions. */
async function starved(outputs: StackOutputs): Promise<Measured> {
  const begun = Date.now();
  let starving = "";
  const measured = await watched(outputs, usualWatch, async ({ primary: server }: Members) => {
    starving = server;
    await inject({ fault: "processor", server, unit: mysqlUnit, percent });
    await pause(starvedMs);
  });
  const cuts = await cutsOf(outputs, starving, Math.ceil((Date.now() - begun) / 1_000));
  const notes = [`the primary was called down ${cuts} times`, ...(measured.notes ?? [])];
  return { ...measured, failed: measured.failed + cuts, notes };
}

/** MySQL with next to no processor time. */
export const starvedDrills: readonly Drill[] = [
  {
    id: "F53",
    title: `MySQL of the primary has ${percent} % of a processor for ${starvedMs / 1_000} s`,
    boundMs: 10_000,
    moves: [0, 0],
    failed: 0,
    run: starved,
  },
];
