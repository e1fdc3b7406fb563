import { setTimeout as pause } from "node:timers/promises";
import { heal, inject } from "../local/faults";
import type { StackOutputs } from "../local/outputs";
import { runOnNode } from "../local/ssh";
import type { Drill, Measured, NotShown } from "./drill";
import { holder, moves, waitForNormal } from "./edge-state";
import { Prober, seen } from "./prober";

/** The two load balancers as a fault meets them. */
interface Pair {
  active: string;
  standby: string;
  outputs: StackOutputs;
}

/** Requests a second of each of the two probers. */
const perSecond = 50;
/** Time that is watched before a fault, milliseconds. */
const beforeMs = 1_000;

/** Breaks something under two probers, watches, heals, and waits for the normal state. */
async function watched(
  outputs: StackOutputs,
  watchMs: number,
  breaks: (pair: Pair) => Promise<unknown>,
): Promise<Measured> {
  await waitForNormal(outputs);
  const nodes = outputs.nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
  const active = await holder();
  const standby = nodes.find((name) => name !== active)!;
  const before = await moves();
  const url = new URL("/healthz", outputs.url).href;
  const probers = [new Prober(url, perSecond, false), new Prober(url, perSecond, true)];
  for (const prober of probers) prober.start();
  try {
    await pause(beforeMs);
    await breaks({ active, standby, outputs });
    await pause(watchMs);
  } finally {
    await Promise.all(probers.map((prober) => prober.stop()));
    await heal();
    await runOnNode(outputs, active, "sudo systemctl kill -s CONT haproxy.service").catch(
      () => undefined,
    );
  }
  const each = probers.map(({ probes }) => seen(probes));
  const moved = (await moves()).filter((id) => !before.includes(id));
  await waitForNormal(outputs);
  return {
    outageMs: Math.max(...each.map(({ outageMs }) => outageMs)),
    requests: each.reduce((sum, { requests }) => sum + requests, 0),
    failed: each.reduce((sum, { failed }) => sum + failed, 0),
    moves: moved.length,
  };
}

const haproxy = "haproxy.service";

/** A dead active node, and an API that is of no use for a while. */
function withoutApi(fault: object, apiMs: number) {
  return async ({ active }: Pair): Promise<void> => {
    const id = await inject({ fault: "api", ...fault });
    await inject({ fault: "power-off", server: active });
    await pause(apiMs);
    await heal(id);
  };
}

async function crashAgainAndAgain({ active }: Pair): Promise<void> {
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    await inject({ fault: "kill", server: active, unit: haproxy }).catch(() => undefined);
    await pause(100);
  }
}

async function lossyLink({ active }: Pair): Promise<void> {
  const link = { fault: "link", server: active, side: "private" };
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

/** Milliseconds that an API outage lasts in a drill. */
const apiOutageMs = 6_000;
/** How many moves are right. */
const none = [0, 0] as const;
const one = [1, 1] as const;

/** A drill without an outage is one without a failed request. */
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
  drill("F5", "active node loses power", 3_000, one, 6_000, ({ active }) =>
    inject({ fault: "power-off", server: active }),
  ),
  drill("F6", "active node frozen, resumes", 3_000, one, 5_000, async ({ active }) => {
    const id = await inject({ fault: "freeze", server: active });
    await pause(8_000);
    await heal(id);
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
    "API answers 429 during F5, reset in 5 s",
    apiOutageMs + 5_000 + 3_000,
    one,
    9_000,
    withoutApi({ status: 429, resetSeconds: 5 }, apiOutageMs),
  ),
  drill("F11", "assign fails once during F5", 8_000, [2, 2], 9_000, async ({ active }) => {
    await inject({ fault: "action", command: "assign_floating_ip", result: "fail" });
    await inject({ fault: "power-off", server: active });
  }),
  drill("F14", "5 % loss and blackouts of 0.7 s on the private link", 0, none, 1_000, lossyLink),
  drill("F15", "all processors of the active node busy", 0, none, 15_000, ({ active }) =>
    inject({ fault: "cpu", server: active, processes: 2, seconds: 15 }),
  ),
  drill("F16", "20 reloads under load", 0, none, 2_000, reloads),
];

/** Rows of the matrix that this cloud cannot show, with the reason. */
export const edgeNotShown: readonly NotShown[] = [
  {
    id: "F12",
    title: "DNS dead during F5",
    why: "the local cloud's API has an address, no name: no resolver is asked; the cache is unit-tested",
  },
  {
    id: "F17",
    title: "invalid configuration pushed",
    why: "the checker's gate is a test of converge and of the provider",
  },
];
