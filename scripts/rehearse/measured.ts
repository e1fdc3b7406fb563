import { performance } from "node:perf_hooks";
import type { Series } from "../drill/drill";
import { Prober } from "../drill/prober";
import { Probers } from "../drill/probers";
import { answersOfProbes, seriesOf } from "../drill/series";

/** Requests per second with a connection each, and as many on lasting connections. */
const requestsPerSecond = 50;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 500;

/** Visitors' results during a change. */
export interface Loaded {
  requests: number;
  /** Number of requests without an answer, with an answer after more than five seconds, or with a server error. */
  lost: number;
  slowestMs: number;
  /** Longest time without service. */
  outageMs: number;
  /** Duration of the load, milliseconds. */
  lastedMs: number;
  series: Series;
}

/** A load of requests that runs until it is stopped. */
export interface Load {
  /** Marks the present moment on the timeline. */
  mark(text: string): void;
  stop(): Promise<Loaded>;
}

/** Sends requests to an address, on new and on lasting connections. */
export function loadOn(url: string): Load {
  const each = [false, true].map((keeps) => new Prober(url, requestsPerSecond, keeps));
  const probers = new Probers(each);
  const { begunMs, marks, mark } = probers;
  return {
    mark,
    stop: async () => {
      const lastedMs = Math.round(performance.now() - begunMs);
      await probers.stop();
      const { requests, failed, slowestMs, outageMs } = probers.seen();
      const series = seriesOf(answersOfProbes(probers.probes), { begunMs, stepMs, marks });
      return { requests, lost: failed, slowestMs, outageMs, lastedMs, series };
    },
  };
}

/** Durations of the engine's steps on one node, seconds. */
export interface NodeTime {
  node: string;
  /** Creation or resize of the server. */
  server?: number;
  /** Configuration of the host. */
  configuration?: number;
}

/** A line of `npm run up:local` about one resource of a node, such as ` 41.0s    updated web-1-configuration (7.4 s)`. */
const shape = /^\s*[\d.]+s\s+([\w-]+) (\S+)-(vm|configuration) \(([\d.]+) s\)\s*$/;

/** The node whose step ends with this line; undefined for another line. */
export function doneNode(line: string): NodeTime | undefined {
  const [, , node, part, seconds] = shape.exec(line) ?? [];
  if (node === undefined) return undefined;
  return { node, [part === "vm" ? "server" : "configuration"]: Number(seconds) };
}

/** The durations of each node, in the order of the first finished steps. */
export function nodeTimes(lines: readonly string[]): NodeTime[] {
  const times = new Map<string, NodeTime>();
  for (const one of lines.flatMap((line) => doneNode(line) ?? [])) {
    times.set(one.node, { ...times.get(one.node), ...one });
  }
  return [...times.values()];
}
