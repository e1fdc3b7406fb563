import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";

/** One request of a prober. */
export interface Probe {
  /** When it was sent, milliseconds. */
  atMs: number;
  /** How long it took, milliseconds. */
  tookMs: number;
  /** Status; 0: no answer. */
  status: number;
}

/** What a prober saw. */
export interface Seen {
  requests: number;
  failed: number;
  /** Longest time from the end of a success to the end of the next one, around a failure. */
  outageMs: number;
  /** When that began, milliseconds of `performance.now()`; 0 if there was none. */
  outageFromMs: number;
  slowestMs: number;
}

/** Longest wait for an answer, milliseconds. */
const patienceMs = 2_000;

/**
 * Sends requests at a fixed rate whatever happens to those before (an open model), so that an
 * outage is seen as what it is to independent visitors.
 */
export class Prober {
  readonly probes: Probe[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly agent: Agent | false;
  private readonly under = new Set<Promise<void>>();

  /**
   * @param perSecond requests a second.
   * @param keepAlive false: every request on a connection of its own.
   */
  constructor(
    private readonly url: string,
    private readonly perSecond: number,
    keepAlive: boolean,
  ) {
    // No limit of connections: independent visitors do not wait for each other's.
    this.agent = keepAlive ? new Agent({ keepAlive: true, maxFreeSockets: 64 }) : false;
  }

  start(): void {
    const begun = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      // Timers are late now and then; the rate is not.
      for (; sent < ((performance.now() - begun) / 1000) * this.perSecond; sent++) this.send();
    }, 5);
  }

  /** Stops sending; resolves when the last answer is here or given up. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.under);
    if (this.agent) this.agent.destroy();
  }

  private send(): void {
    const work = this.once().then((probe) => {
      this.probes.push(probe);
      this.under.delete(work);
    });
    this.under.add(work);
  }

  private once(): Promise<Probe> {
    const atMs = performance.now();
    return new Promise((resolve) => {
      const end = (status: number) => {
        clearTimeout(timer);
        resolve({ atMs, tookMs: performance.now() - atMs, status });
      };
      const call = request(this.url, { agent: this.agent }, (answer) => {
        answer.resume();
        answer.on("end", () => end(answer.statusCode ?? 0));
        answer.on("error", () => end(0));
      });
      const timer = setTimeout(() => call.destroy(new Error("late")), patienceMs);
      call.on("error", () => end(0));
      call.end();
    });
  }
}

/** Sums up probes. */
export function seen(probes: readonly Probe[]): Seen {
  const isGood = ({ status }: Probe) => status >= 200 && status < 500;
  const ends = probes.filter(isGood).map(({ atMs, tookMs }) => atMs + tookMs);
  ends.sort((a, b) => a - b);
  const failures = probes.filter((probe) => !isGood(probe)).map(({ atMs }) => atMs);
  const gaps = ends.slice(1).map((end, i) => ({ from: ends[i]!, to: end }));
  const around = gaps.filter(({ from, to }) => failures.some((at) => at >= from - 50 && at <= to));
  const [longest] = around.sort((a, b) => b.to - b.from - (a.to - a.from));
  return {
    requests: probes.length,
    failed: failures.length,
    outageMs: longest ? Math.round(longest.to - longest.from) : 0,
    outageFromMs: longest?.from ?? 0,
    slowestMs: Math.round(Math.max(0, ...probes.filter(isGood).map(({ tookMs }) => tookMs))),
  };
}
