import { performance } from "node:perf_hooks";
import type { Mark, Series } from "../drill/drill";
import { Prober, seen } from "../drill/prober";
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
  const probers = [false, true].map((keeps) => new Prober(url, requestsPerSecond, keeps));
  const begunMs = performance.now();
  const marks: Mark[] = [];
  for (const prober of probers) prober.start();
  return {
    mark: (text) => void marks.push({ atMs: performance.now() - begunMs, text }),
    stop: async () => {
      const lastedMs = Math.round(performance.now() - begunMs);
      await Promise.all(probers.map((prober) => prober.stop()));
      const each = probers.map(({ probes }) => seen(probes));
      const probes = probers.flatMap((prober) => prober.probes);
      return {
        requests: each.reduce((sum, { requests }) => sum + requests, 0),
        lost: each.reduce((sum, { failed }) => sum + failed, 0),
        slowestMs: Math.max(...each.map(({ slowestMs }) => slowestMs)),
        outageMs: Math.max(...each.map(({ outageMs }) => outageMs)),
        lastedMs,
        series: seriesOf(answersOfProbes(probes), { begunMs, stepMs, marks }),
      };
    },
  };
}
