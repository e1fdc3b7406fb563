import { setTimeout as pause } from "node:timers/promises";
import { heal, inject } from "../local/faults";
import { runOnNode } from "../operate/ssh";
import type { Drill } from "./drill";
import { withoutApi } from "./edge";
import { type Pair, watched } from "./edge-watch";

/** Requests per second of each prober during repeated reloads of HAProxy. */
const reloadRate = 300;
const reloadCount = 100;
/** Duration of the API's outage, milliseconds. */
const apiOutageMs = 120_000;

/** Packet loss all the time, and a blackout of `blackoutMs` every ten seconds. */
function unsteadyLink(minutes: number, blackoutMs: number) {
  return async ({ active, standby }: Pair): Promise<void> => {
    const link = { fault: "link", server: active, side: "private", peer: standby };
    await inject({ ...link, lossPercent: 5 });
    for (const end = Date.now() + minutes * 60_000; Date.now() < end;) {
      await pause(10_000 - blackoutMs);
      const blackout = await inject(link);
      await pause(blackoutMs);
      await heal(blackout);
    }
  };
}

async function reloads({ active, outputs }: Pair): Promise<void> {
  const script =
    `for i in $(seq ${reloadCount}); do ` +
    "sudo systemctl reload haproxy || exit 1; sleep 2.5; done";
  await runOnNode(outputs, active, script, 600_000);
}

async function vrrpReloads({ active, standby, outputs }: Pair): Promise<void> {
  const script = "for i in $(seq 25); do sudo systemctl reload keepalived || exit 1; sleep 1; done";
  await Promise.all([active, standby].map((node) => runOnNode(outputs, node, script, 120_000)));
}

/**
 * Long drills.
 *
 * @param minutes duration of the unsteady link between the load balancers.
 */
export function longDrills(minutes: number): Drill[] {
  const nothing = { boundMs: 0, moves: [0, 0] as const, failed: 0 };
  return [
    {
      ...nothing,
      id: "F14",
      title: `5 % loss and blackouts of 0.7 s between them, ${minutes} min`,
      run: (outputs) => watched(outputs, 1_000, unsteadyLink(minutes, 700)),
    },
    {
      ...nothing,
      id: "F14b",
      title: "5 % loss and blackouts of 2 s between them, 2 min",
      run: (outputs) => watched(outputs, 1_000, unsteadyLink(2, 2_000)),
    },
    {
      id: "F9",
      title: "API answers 503 for 2 min during F5",
      boundMs: apiOutageMs + 3_000,
      moves: [1, 1],
      run: (outputs) => watched(outputs, 5_000, withoutApi({ status: 503 }, apiOutageMs)),
    },
    {
      ...nothing,
      id: "F16",
      title: `${reloadCount} reloads under load`,
      run: (outputs) => watched(outputs, 2_000, reloads, { perSecond: reloadRate }),
    },
    {
      ...nothing,
      id: "F16b",
      title: "50 reloads of keepalived",
      run: (outputs) => watched(outputs, 2_000, vrrpReloads),
    },
  ];
}
