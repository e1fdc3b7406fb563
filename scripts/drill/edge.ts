import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { heal, inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Drill, NotShown } from "./drill";
import { floodDrills } from "./edge-flood";
import { operatorDrills } from "./edge-operators";
import { vrrpState } from "./edge-state";
import { type Pair, watched } from "./edge-watch";

const haproxy = "haproxy.service";

/** A dead active node, with an outage of the API. */
export function withoutApi(fault: object, apiMs: number) {
  return async ({ active, mark }: Pair): Promise<void> => {
    const id = await inject({ fault: "api", ...fault });
    await inject({ fault: "power-off", server: active });
    await pause(apiMs);
    await heal(id);
    mark("API healed");
  };
}

async function crashAgainAndAgain({ active }: Pair): Promise<void> {
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    await inject({ fault: "kill", server: active, unit: haproxy }).catch(() => undefined);
    await pause(100);
  }
}

/** Kills keepalived's VRRP process. @throws Error if the mover does not get the state after that. */
async function vrrpChildKilled({ active, outputs }: Pair): Promise<void> {
  const main = "$(systemctl show --property MainPID --value keepalived)";
  const kill = `main=${main}; sudo kill -KILL $(cat /proc/$main/task/$main/children)`;
  await runOnNode(outputs, active, kill);
  await waitUntil(
    `the mover of ${active} being told`,
    async () => {
      if ((await vrrpState(outputs, active)) !== "BACKUP") throw new Error("not yet");
      return true;
    },
    { timeoutSeconds: 10, intervalMs: 200 },
  );
}

/** Reloads keepalived of the node that must take the floating IP. */
async function afterReload({ active, standby, outputs, mark }: Pair): Promise<void> {
  await runOnNode(outputs, standby, "sudo systemctl reload keepalived");
  await pause(1_000);
  mark("power off");
  await inject({ fault: "power-off", server: active });
}

async function lossyLink({ active, standby }: Pair): Promise<void> {
  const link = { fault: "link", server: active, side: "private", peer: standby };
  await inject({ ...link, lossPercent: 5 });
  for (let i = 0; i < 6; i++) {
    const blackout = await inject(link);
    await pause(700);
    await heal(blackout);
    await pause(3_000);
  }
}

async function reloads({ active, outputs }: Pair): Promise<void> {
  const script = "for i in $(seq 1 20); do sudo systemctl reload haproxy; sleep 0.2; done";
  await runOnNode(outputs, active, script, 120_000);
}

/** Duration of an API outage in a drill, milliseconds. */
const apiOutageMs = 6_000;
/** Allowed number of moves. */
const none = [0, 0] as const;
const one = [1, 1] as const;

/** Makes a drill; a drill without an outage also allows no failed request. */
function drill(
  id: string,
  title: string,
  boundMs: number,
  allowed: readonly [number, number],
  watchMs: number,
  breaks: (pair: Pair) => Promise<unknown>,
): Drill {
  const base = { id, title, boundMs, moves: allowed };
  const run = (outputs: StackOutputs) => watched(outputs, watchMs, breaks);
  return boundMs === 0 ? { ...base, failed: 0, run } : { ...base, run };
}

/** Faults of the edge: numbers, titles and bounds of the fault matrix. */
export const edgeDrills: readonly Drill[] = [
  drill("F1", "HAProxy killed", 500, none, 4_000, ({ active }) =>
    inject({ fault: "kill", server: active, unit: haproxy }),
  ),
  drill("F2", "HAProxy crashes again and again", 3_000, one, 3_000, crashAgainAndAgain),
  drill("F3", "HAProxy frozen", 3_000, one, 5_000, ({ active }) =>
    inject({ fault: "kill", server: active, unit: haproxy, signal: "STOP" }),
  ),
  drill("F4", "keepalived killed", 0, none, 4_000, ({ active }) =>
    inject({ fault: "kill", server: active, unit: "keepalived.service" }),
  ),
  drill("F4b", "VRRP process of keepalived killed", 0, none, 2_000, vrrpChildKilled),
  drill("F5", "active node loses power", 3_000, one, 6_000, ({ active }) =>
    inject({ fault: "power-off", server: active }),
  ),
  drill("F5b", "as F5, after keepalived was reloaded", 3_000, one, 6_000, afterReload),
  drill("F6", "active node frozen, resumes", 3_000, one, 5_000, async ({ active, mark }) => {
    const id = await inject({ fault: "freeze", server: active });
    await pause(8_000);
    await heal(id);
    mark("healed");
  }),
  drill("F7", "private link between them cut", 0, none, 6_000, ({ active, standby }) =>
    inject({ fault: "link", server: active, side: "private", peer: standby }),
  ),
  drill("F8", "standby node loses power", 0, none, 4_000, ({ standby }) =>
    inject({ fault: "power-off", server: standby }),
  ),
  drill(
    "F9",
    "API answers 503 during F5",
    apiOutageMs + 3_000,
    one,
    6_000,
    withoutApi({ status: 503 }, apiOutageMs),
  ),
  drill(
    "F9b",
    "API unreachable during F5",
    apiOutageMs + 3_000,
    one,
    6_000,
    withoutApi({ unreachable: true }, apiOutageMs),
  ),
  drill(
    "F10",
    "API answers 429 during F5, reset in an hour",
    apiOutageMs + 3_000,
    one,
    6_000,
    withoutApi({ status: 429, resetSeconds: 3_600 }, apiOutageMs),
  ),
  drill("F11", "assign fails once during F5", 8_000, [2, 2], 9_000, async ({ active }) => {
    await inject({ fault: "action", command: "assign_floating_ip", result: "fail" });
    await inject({ fault: "power-off", server: active });
  }),
  drill("F14", "5 % loss and blackouts of 0.7 s between them", 0, none, 1_000, lossyLink),
  drill("F15", "all processors of the active node busy", 0, none, 15_000, ({ active }) =>
    inject({ fault: "cpu", server: active, processes: 2, seconds: 15 }),
  ),
  drill("F16", "20 reloads under load", 0, none, 2_000, reloads),
  ...operatorDrills,
  ...floodDrills,
];

/** Rows of the matrix that this cloud cannot show, with the reason. */
export const edgeNotShown: readonly NotShown[] = [];
