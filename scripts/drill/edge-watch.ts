import { setTimeout as pause } from "node:timers/promises";
import { apiCalls, heal } from "../local/faults";
import type { StackOutputs } from "../local/outputs";
import { runOnNode } from "../local/ssh";
import type { Measured } from "./drill";
import { toldPhases } from "./edge-phases";
import { holder, moves, waitForNormal } from "./edge-state";
import { Prober, seen } from "./prober";

/** The two load balancers as a fault meets them. */
export interface Pair {
  active: string;
  standby: string;
  outputs: StackOutputs;
}

/** Requests a second of each prober. */
const usualRate = 50;
/** Time that is watched before a fault, milliseconds. */
const beforeMs = 1_000;

/** One prober with a connection for each request, one with lasting connections, one over IPv6. */
function probersOf({ url, floatingIp }: StackOutputs, perSecond: number): Prober[] {
  const target = new URL("/healthz", url);
  const first = [
    new Prober(target.href, perSecond, false),
    new Prober(target.href, perSecond, true),
  ];
  if (floatingIp.ipv6 === undefined) return first;
  target.hostname = `[${floatingIp.ipv6}]`;
  return [...first, new Prober(target.href, perSecond, false)];
}

/** Breaks something under probers, watches, heals, and waits for the normal state. */
export async function watched(
  outputs: StackOutputs,
  watchMs: number,
  breaks: (pair: Pair) => Promise<unknown>,
  perSecond = usualRate,
): Promise<Measured> {
  await waitForNormal(outputs);
  const nodes = outputs.nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
  const active = await holder();
  const standby = nodes.find((name) => name !== active)!;
  const before = await moves();
  const callsBefore = await apiCalls();
  const probers = probersOf(outputs, perSecond);
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
  const callsAfter = await apiCalls();
  const moved = (await moves()).filter((id) => !before.includes(id));
  const [worst] = [...each].sort((a, b) => b.outageMs - a.outageMs);
  const phases =
    moved.length === 1 && worst!.outageMs > 0
      ? await toldPhases(outputs, standby, performance.timeOrigin + worst!.outageFromMs)
      : [];
  await waitForNormal(outputs);
  return {
    outageMs: Math.max(...each.map(({ outageMs }) => outageMs)),
    requests: each.reduce((sum, { requests }) => sum + requests, 0),
    failed: each.reduce((sum, { failed }) => sum + failed, 0),
    moves: moved.length,
    apiCalls: callsAfter - callsBefore,
    notes: phases,
  };
}
