import { performance } from "node:perf_hooks";
import type { Mark } from "./drill";
import { type Probe, type Prober, type Seen, seen } from "./prober";

/** Probers that send at the same time, and the marks of what happens meanwhile. */
export class Probers {
  /** When they began, milliseconds of `performance.now()`. */
  readonly begunMs = performance.now();
  /** What happened since, in the order of time. */
  readonly marks: Mark[] = [];

  /** @param all at least one; each begins to send. */
  constructor(private readonly all: readonly Prober[]) {
    for (const prober of all) prober.start();
  }

  /** Marks the moment, in one or two words such as `fault`. */
  readonly mark = (text: string): void => {
    this.marks.push({ atMs: performance.now() - this.begunMs, text });
  };

  /** Stops all of them; resolves when the last answer is here or given up. */
  async stop(): Promise<void> {
    await Promise.all(this.all.map((prober) => prober.stop()));
  }

  /** The requests of all of them, one prober after the other. */
  get probes(): Probe[] {
    return this.all.flatMap(({ probes }) => probes);
  }

  /** What they saw together; the outage is the longest that one of them saw. */
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
