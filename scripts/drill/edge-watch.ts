import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { apiCalls, healInjected } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Measured } from "./drill";
import { holder, moves, waitForNormal } from "./edge-state";
import { http2Load } from "./http2-offer";
import { Prober } from "./prober";
import { Probers } from "./probers";
import { answersOfProbes, seriesOf } from "./series";

/** The two load balancers at the time of a fault. */
export interface Pair {
  active: string;
  standby: string;
  outputs: StackOutputs;
  /** Marks the present event on the timeline, such as `healed`. */
  mark: (text: string) => void;
}

/** Requests per second of each prober. */
const usualRate = 50;
/** Watched time before a fault, milliseconds. */
const beforeMs = 1_000;
/** Longest answer that a visitor does not notice, milliseconds. */
const slowMs = 500;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

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

/** True if the last drill left the edge in its normal state. */
let isNormal = false;

/** Options of {@link watched}. */
export interface WatchOptions {
  /** Requests per second of each prober. @default 50 */
  perSecond?: number;
  /** True: a visitor over HTTP/2 too, if the site has TLS; a fault that cuts connections fails its requests. @default false */
  hasHttp2?: boolean;
}

/** Injects a fault under probers, watches, heals, and waits for the normal state. */
export async function watched(
  outputs: StackOutputs,
  watchMs: number,
  breaks: (pair: Pair) => Promise<unknown>,
  { perSecond = usualRate, hasHttp2 = false }: WatchOptions = {},
): Promise<Measured> {
  if (!isNormal) await waitForNormal(outputs);
  isNormal = false;
  const nodes = outputs.nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
  const active = await holder();
  const standby = nodes.find((name) => name !== active)!;
  const before = await moves();
  const callsBefore = await apiCalls();
  const http2 = hasHttp2 ? await http2Load(outputs, "/healthz", perSecond) : undefined;
  const probers = new Probers([...probersOf(outputs, perSecond), ...(http2?.visitors ?? [])]);
  const { begunMs, marks, mark } = probers;
  try {
    await pause(beforeMs);
    mark("fault");
    await breaks({ active, standby, outputs, mark });
    await pause(watchMs);
  } finally {
    await probers.stop();
    if ((await healInjected()) > 0) mark("healed");
    const resume = "sudo systemctl kill -s CONT haproxy.service";
    await runOnNode(outputs, active, resume).catch(() => undefined);
  }
  const callsAfter = await apiCalls();
  const moved = (await moves()).filter((id) => !before.includes(id));
  const { outageFromMs, retried, slowestMs, ...answered } = probers.seen();
  const series = seriesOf(answersOfProbes(probers.probes), { begunMs, stepMs, marks });
  const isFailover = moved.length === 1 && outageFromMs > 0;
  const notes = isFailover
    ? await phaseLines(outputs, standby, performance.timeOrigin + outageFromMs)
    : [];
  await waitForNormal(outputs);
  isNormal = true;
  if (http2) notes.push(http2.summary());
  if (retried > 0) notes.push(`${retried} sent again`);
  if (slowestMs > slowMs) notes.push(`slowest answer ${slowestMs} ms`);
  return { ...answered, moves: moved.length, apiCalls: callsAfter - callsBefore, notes, series };
}

/** Steps of a failover, as in the log of the mover that takes the floating IP. */
const steps = [
  { name: "noticed", pattern: /keepalived says MASTER/ },
  { name: "asked the API", pattern: /taking the address/ },
  { name: "had the address", pattern: /this node has the address/ },
] as const;

/**
 * Times of a failover's steps, milliseconds after a moment.
 *
 * @param journal lines of `journalctl -o short-unix`.
 * @param fromMs the moment, milliseconds since 1970.
 */
export function phasesIn(journal: string, fromMs: number): { name: string; afterMs: number }[] {
  const lines = journal.split("\n").map((line) => ({
    atMs: Number(/^\d+\.\d+/.exec(line)?.[0] ?? Number.NaN) * 1000,
    line,
  }));
  return steps.flatMap(({ name, pattern }) => {
    const first = lines.find(({ atMs, line }) => atMs >= fromMs && pattern.test(line));
    return first ? [{ name, afterMs: Math.round(first.atMs - fromMs) }] : [];
  });
}

/** The steps of a failover to a node, in one line, from the last answer before the outage. */
async function phaseLines(outputs: StackOutputs, node: string, fromMs: number): Promise<string[]> {
  const since = Math.floor(fromMs / 1000);
  const command = `sudo journalctl -u webstack-mover --since @${since} -o short-unix --no-pager`;
  const phases = phasesIn(await runOnNode(outputs, node, command), fromMs);
  return phases.length === 0
    ? []
    : [phases.map(({ name, afterMs }) => `${name} after ${afterMs} ms`).join(", ")];
}
