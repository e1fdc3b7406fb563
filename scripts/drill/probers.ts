import { performance } from "node:perf_hooks";
import type { Mark } from "./drill";
import { type Probe, type Seen, seen } from "./prober";

/** Sender of requests, such as a `Prober` or an `Http2Visitor`. */
export interface Sender {
  /** The requests so far. */
  readonly probes: Probe[];
  start(): void;
  /** Stops sending; resolves once the last request has an answer or has failed. */
  stop(): Promise<void>;
}

/** Probers that send at the same time, with the marks of events. */
export class Probers {
  /** Start, milliseconds of `performance.now()`. */
  readonly begunMs = performance.now();
  /** Events since the start, in the order of time. */
  readonly marks: Mark[] = [];

  /** @param all at least one prober; each begins to send. */
  constructor(private readonly all: readonly Sender[]) {
    for (const prober of all) prober.start();
  }

  /** Marks the moment, in one or two words such as `fault`. */
  readonly mark = (text: string): void => {
    this.marks.push({ atMs: performance.now() - this.begunMs, text });
  };

  /** Stops all probers; resolves once the last request has an answer or has failed. */
  async stop(): Promise<void> {
    await Promise.all(this.all.map((prober) => prober.stop()));
  }

  /** The requests of all probers, one prober after the other. */
  get probes(): Probe[] {
    return this.all.flatMap(({ probes }) => probes);
  }

  /** Observations of all probers together; the outage is the longest of a single prober. */
  seen(): Seen {
    const each = this.all.map(({ probes }) => seen(probes));
    const sum = (of: "requests" | "failed" | "retried") =>
      each.reduce((total, one) => total + one[of], 0);
    const [worst] = [...each].sort((a, b) => b.outageMs - a.outageMs);
    return {
      requests: sum("requests"),
      failed: sum("failed"),
      retried: sum("retried"),
      outageMs: worst!.outageMs,
      outageFromMs: worst!.outageFromMs,
      slowestMs: Math.max(...each.map(({ slowestMs }) => slowestMs)),
    };
  }
}
