import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { activeFaults, apiCalls, heal } from "../local/faults";
import type { StackOutputs } from "../local/outputs";
import { runOnNode } from "../local/ssh";
import type { Mark, Measured } from "./drill";
import { holder, moves, waitForNormal } from "./edge-state";
import { Prober, seen } from "./prober";
import { answersOfProbes, seriesOf, type Watched } from "./series";

/** The two load balancers as a fault meets them. */
export interface Pair {
  active: string;
  standby: string;
  outputs: StackOutputs;
  /** Notes on the timeline what happens now, such as `healed`. */
  mark: (text: string) => void;
}

/** Requests a second of each of the two probers. */
const perSecond = 50;
/** Time that is watched before a fault, milliseconds. */
const beforeMs = 1_000;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

/** Breaks something under two probers, watches, heals, and waits for the normal state. */
export async function watched(
  outputs: StackOutputs,
  watchMs: number,
  breaks: (pair: Pair) => Promise<unknown>,
): Promise<Measured> {
  await waitForNormal(outputs);
  const nodes = outputs.nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
  const active = await holder();
  const standby = nodes.find((name) => name !== active)!;
  const before = await moves();
  const callsBefore = await apiCalls();
  const url = new URL("/healthz", outputs.url).href;
  const probers = [new Prober(url, perSecond, false), new Prober(url, perSecond, true)];
  const begunMs = performance.now();
  const marks: Mark[] = [];
  const mark = (text: string) => void marks.push({ atMs: performance.now() - begunMs, text });
  for (const prober of probers) prober.start();
  try {
    await pause(beforeMs);
    mark("fault");
    await breaks({ active, standby, outputs, mark });
    await pause(watchMs);
  } finally {
    await Promise.all(probers.map((prober) => prober.stop()));
    if ((await activeFaults().catch(() => [])).length > 0) mark("healed");
    await heal();
    const resume = "sudo systemctl kill -s CONT haproxy.service";
    await runOnNode(outputs, active, resume).catch(() => undefined);
  }
  const callsAfter = await apiCalls();
  const moved = (await moves()).filter((id) => !before.includes(id));
  await waitForNormal(outputs);
  return {
    ...together(probers, { begunMs, stepMs, marks }),
    moves: moved.length,
    apiCalls: callsAfter - callsBefore,
  };
}

/** What all probers saw; the outage is the longest that one of them saw. */
function together(
  probers: readonly Prober[],
  watch: Watched,
): Pick<Measured, "outageMs" | "requests" | "failed" | "series"> {
  const each = probers.map(({ probes }) => seen(probes));
  const answers = probers.flatMap(({ probes }) => answersOfProbes(probes));
  return {
    outageMs: Math.max(...each.map(({ outageMs }) => outageMs)),
    requests: each.reduce((sum, { requests }) => sum + requests, 0),
    failed: each.reduce((sum, { failed }) => sum + failed, 0),
    series: seriesOf(answers, watch),
  };
}
