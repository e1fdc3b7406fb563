import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import {
  connectionsOfOneAddress,
  edgeConnections,
} from "../../services/edge-haproxy/client-limits";
import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import type { Drill, Measured } from "./drill";
import { type Pair, watched } from "./edge-watch";
import { GreedyClient, type GreedyOrder, type GreedyReport } from "./greedy";
import { p99, type Probe, Prober, seen } from "./prober";

/** Path that visitors and the greedy client request: it passes through all tiers. */
const path = "/api/entries";
/** Visitors' requests per second on new connections, and as many on lasting ones. */
const visitorsPerSecond = 25;
/** Duration of each measured phase, and of a failover that no phase contains, milliseconds. */
const [phaseMs, failoverMs] = [20_000, 8_000];
/** Largest p99 beside a greedy client, as a multiple of the quiet one. */
const maxTimes = 2;
const greedy = { requestsPerSecond: 2_000, idleConnections: 5_000 };

/** Start and end of a phase, milliseconds of `performance.now()`. */
interface Phase {
  fromMs: number;
  toMs: number;
}

async function phase(): Promise<Phase> {
  const fromMs = performance.now();
  await pause(phaseMs);
  return { fromMs, toMs: performance.now() };
}

/** p99 of the requests that were sent in a phase, milliseconds. */
export function p99In(probes: readonly Probe[], { fromMs, toMs }: Phase): number {
  return p99(probes.filter(({ atMs }) => atMs >= fromMs && atMs < toMs));
}

/** The sentence about a p99 that is more than twice the quiet one; otherwise none. */
export function tooSlow(quietMs: number, besideMs: number): string[] {
  if (besideMs <= quietMs * maxTimes) return [];
  const [quiet, beside] = [quietMs, besideMs].map((ms) => `${ms.toFixed(1)} ms`);
  return [`p99 beside the greedy client is ${beside}, more than twice the quiet ${quiet}`];
}

function summaryOf(
  { sent, unsent, answers, lastedMs, held }: GreedyReport,
  order: GreedyOrder,
): string {
  if (order.idleConnections > 0) {
    const share = connectionsOfOneAddress(edgeConnections);
    return `${held} of ${order.idleConnections} connections held, ${share} are the usual share`;
  }
  const rate = Math.round((sent * 1000) / lastedMs);
  const each = Object.entries(answers).map(([status, count]) => `${count} times ${status}`);
  return `the greedy client sent ${rate} requests a second, and ${unsent} not in time: ${each.join(", ")}`;
}

/**
 * Visitors over IPv4 without and with a greedy client over IPv6: over one protocol, one machine would be one client.
 *
 * @param wants requests and connections of the greedy client.
 * @param disturb injects a fault while the greedy client runs; the measured phase begins afterwards. @default none
 */
async function besideGreed(
  outputs: StackOutputs,
  wants: Partial<typeof greedy>,
  disturb?: (pair: Pair) => Promise<unknown>,
): Promise<Measured> {
  const { ipv4, ipv6 } = outputs.floatingIp;
  if (ipv6 === undefined) throw new Error("the greedy client needs a floating IPv6 address");
  const { requestsPerSecond = 0, idleConnections = 0 } = wants;
  // HAProxy waits on port 443 for TLS as long as for an idle client.
  const port = idleConnections > 0 ? 443 : 80;
  const seconds = (2 * phaseMs + failoverMs) / 1000 + 10;
  const order = { host: ipv6, port, path, requestsPerSecond, idleConnections, seconds };
  const url = new URL(path, outputs.url).href;
  const visitors = [false, true].map((keeps) => new Prober(url, visitorsPerSecond, keeps));
  const notes: string[] = [];
  let [quietMs, besideMs] = [0, 0];
  let own = seen([]);
  const breaks = async (pair: Pair) => {
    for (const visitor of visitors) visitor.start();
    let client: GreedyClient | undefined;
    try {
      const quiet = await phase();
      pair.mark("greed");
      client = new GreedyClient(order);
      if (disturb) await pause(phaseMs);
      if (disturb) pair.mark("fault in the greed");
      await disturb?.(pair);
      if (disturb) await pause(failoverMs);
      const beside = await phase();
      notes.push(summaryOf(await client.stop(), order));
      pair.mark("greed over");
      await Promise.all(visitors.map((visitor) => visitor.stop()));
      const probes = visitors.flatMap((visitor) => visitor.probes);
      own = seen(probes);
      [quietMs, besideMs] = [p99In(probes, quiet), p99In(probes, beside)];
      notes.push(`p99 ${quietMs.toFixed(1)} ms quiet, ${besideMs.toFixed(1)} ms beside it`);
    } finally {
      await client?.stop().catch(() => undefined);
      await Promise.all(visitors.map((visitor) => visitor.stop()));
    }
  };
  const measured = await watched({ ...outputs, floatingIp: { ipv4 } }, 2_000, breaks);
  const missed = tooSlow(quietMs, besideMs);
  return {
    ...measured,
    missed,
    outageMs: Math.max(measured.outageMs, own.outageMs),
    requests: measured.requests + own.requests,
    failed: measured.failed + own.failed,
    notes: [...notes, ...missed, ...(measured.notes ?? [])],
  };
}

const { requestsPerSecond, idleConnections } = greedy;
const unmoved = { boundMs: 0, moves: [0, 0], failed: 0 } as const;

/** Clients that take more than their share, with others beside them. */
export const limitDrills: readonly Drill[] = [
  {
    ...{ ...unmoved, id: "T4", title: `a client sends ${requestsPerSecond} requests a second` },
    run: (outputs) => besideGreed(outputs, { requestsPerSecond }),
  },
  {
    ...{ id: "T4b", title: "as T4, and the active node loses power", boundMs: 3_000 },
    moves: [1, 1],
    run: (outputs) =>
      besideGreed(outputs, { requestsPerSecond }, ({ active }) =>
        inject({ fault: "power-off", server: active }),
      ),
  },
  {
    ...{ ...unmoved, id: "T5", title: `a client holds ${idleConnections} connections` },
    run: (outputs) => besideGreed(outputs, { idleConnections }),
  },
];
