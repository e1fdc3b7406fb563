import { performance } from "node:perf_hooks";
import type { Series } from "../drill/drill";
import { Prober } from "../drill/prober";
import { Probers } from "../drill/probers";
import { answersOfProbes, seriesOf } from "../drill/series";

/** Requests a second on connections of their own, and as many on lasting ones. */
const requestsPerSecond = 50;
/** Length of a bucket of the picture, milliseconds. */
const stepMs = 500;

/** What visitors had of a change. */
export interface Loaded {
  requests: number;
  /** Requests without an answer, with one after five seconds, or with an error of the server. */
  lost: number;
  slowestMs: number;
  /** Longest time without service. */
  outageMs: number;
  /** Time for which there were requests, milliseconds. */
  lastedMs: number;
  series: Series;
}

/** Requests that go on until they are stopped. */
export interface Load {
  /** Marks the moment in the picture. */
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

/** What the engine did to one node, seconds. */
export interface NodeTime {
  node: string;
  /** Server: made, resized. */
  server?: number;
  /** What is on it. */
  configuration?: number;
}

/** A line of `npm run up:local` about one resource of a node, such as ` 41.0s    updated web-1-configuration (7.4 s)`. */
const shape = /^\s*[\d.]+s\s+([\w-]+) (\S+)-(vm|configuration) \(([\d.]+) s\)\s*$/;

/** The node that a line says is done; undefined: it says something else. */
export function doneNode(line: string): NodeTime | undefined {
  const [, , node, part, seconds] = shape.exec(line) ?? [];
  if (node === undefined) return undefined;
  return { node, [part === "vm" ? "server" : "configuration"]: Number(seconds) };
}

/** The time of each node, in the order in which they were begun to be done. */
export function nodeTimes(lines: readonly string[]): NodeTime[] {
  const times = new Map<string, NodeTime>();
  for (const one of lines.flatMap((line) => doneNode(line) ?? [])) {
    times.set(one.node, { ...times.get(one.node), ...one });
  }
  return [...times.values()];
}
