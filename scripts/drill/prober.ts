import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";

/** One request of a prober. */
export interface Probe {
  /** Time at which the request was sent, milliseconds. */
  atMs: number;
  /** Duration, milliseconds. */
  tookMs: number;
  /** Status; 0: no answer. */
  status: number;
  /** True if the request was sent again on a new connection, because the server had just closed the old one. */
  isRetried?: boolean;
}

/** Observations of a prober. */
export interface Seen {
  requests: number;
  failed: number;
  /** Number of repeated requests; every browser repeats a GET on an idle connection that the server closed. */
  retried: number;
  /**
   * Longest time from the end of a success to the end of the next one, with a failure in between. The first
   * and the last request stand for a missing success at the start or the end.
   */
  outageMs: number;
  /** Start of the outage, milliseconds of `performance.now()`; 0 without an outage. */
  outageFromMs: number;
  slowestMs: number;
}

/** Longest wait for an answer, milliseconds; a longer request counts as failed. */
export const patienceMs = 5_000;

/**
 * Sends requests at a fixed rate, independent of earlier answers (an open model), so that the measured
 * outage is the outage for independent visitors.
 */
export class Prober {
  readonly probes: Probe[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly agent: Agent | false;
  private readonly under = new Set<Promise<void>>();

  /**
   * @param perSecond requests per second.
   * @param keepAlive false: every request has a connection of its own.
   */
  constructor(
    private readonly url: string,
    private readonly perSecond: number,
    keepAlive: boolean,
  ) {
    // Without a limit of connections, because independent visitors do not wait for each other.
    this.agent = keepAlive ? new Agent({ keepAlive: true, maxFreeSockets: 64 }) : false;
  }

  start(): void {
    const begun = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      // Timers may be late, but the rate must be exact.
      for (; sent < ((performance.now() - begun) / 1000) * this.perSecond; sent++) this.send();
    }, 5);
  }

  /** Stops sending; resolves once the last request has an answer or has failed. */
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

  private async once(): Promise<Probe> {
    const atMs = performance.now();
    const first = await this.ask(this.agent);
    // RFC 9112, 9.3.1: the server may close a persistent connection just when the client uses it again.
    const { status } = first.isStale ? await this.ask(false) : first;
    const probe = { atMs, tookMs: performance.now() - atMs, status };
    return first.isStale ? { ...probe, isRetried: true } : probe;
  }

  /** Sends one request; `isStale`: a persistent connection ended without an answer. */
  private ask(agent: Agent | false): Promise<{ status: number; isStale: boolean }> {
    return new Promise((resolve) => {
      const end = (status: number, isStale = false) => {
        clearTimeout(timer);
        resolve({ status, isStale });
      };
      const call = request(this.url, { agent }, (answer) => {
        answer.resume();
        answer.on("end", () => end(answer.statusCode ?? 0));
        answer.on("error", () => end(0));
      });
      const timer = setTimeout(() => call.destroy(new Error("late")), patienceMs);
      call.on("error", (error: NodeJS.ErrnoException) =>
        end(0, call.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code ?? "")),
      );
      call.end();
    });
  }
}

/** True if a visitor was served; a refusal by the app itself counts as served. */
export function isServed({ status }: Probe): boolean {
  return status >= 200 && status < 500;
}

/** Summarizes probes. */
export function seen(probes: readonly Probe[]): Seen {
  const ends = probes.filter(isServed).map(({ atMs, tookMs }) => atMs + tookMs);
  ends.sort((a, b) => a - b);
  const failures = probes.filter((probe) => !isServed(probe)).map(({ atMs }) => atMs);
  const sent = probes.map(({ atMs }) => atMs).sort((a, b) => a - b);
  // Without a success at the start or the end, the outage lasts at least from the first or until the last request.
  if (sent.length > 0) ends.unshift(sent[0]!);
  if (sent.at(-1)! > ends.at(-1)!) ends.push(sent.at(-1)!);
  const gaps = ends.slice(1).map((end, i) => ({ from: ends[i]!, to: end }));
  const around = gaps.filter(({ from, to }) => failures.some((at) => at >= from - 50 && at <= to));
  const [worst] = around.sort((a, b) => b.to - b.from - (a.to - a.from));
  return {
    requests: probes.length,
    failed: failures.length,
    retried: probes.filter(({ isRetried }) => isRetried).length,
    outageMs: worst ? Math.round(worst.to - worst.from) : 0,
    outageFromMs: worst?.from ?? 0,
    slowestMs: Math.round(longest(probes.filter(isServed).map(({ tookMs }) => tookMs))),
  };
}

/** Time within which 99 of 100 requests ended, with or without an answer, milliseconds; 0 without a request. */
export function p99(probes: readonly Probe[]): number {
  const times = probes.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return times[Math.ceil(times.length * 0.99) - 1] ?? 0;
}

/** Largest value. Not Math.max(...): a soak has more probes than a call can have arguments. */
function longest(values: readonly number[]): number {
  return values.reduce((max, value) => Math.max(max, value), 0);
}
