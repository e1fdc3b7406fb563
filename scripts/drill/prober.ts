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
  /** True if it was sent again on a new connection, since the old one had just been closed. */
  isRetried?: boolean;
}

/** What a prober saw. */
export interface Seen {
  requests: number;
  failed: number;
  /** Requests that were sent again, as every browser does with a GET on a connection that ended idle. */
  retried: number;
  /**
   * Longest time from the end of a success to the end of the next one, around a failure. The first
   * request and the last one stand for successes that are not there.
   */
  outageMs: number;
  /** When that began, milliseconds of `performance.now()`; 0 if there was none. */
  outageFromMs: number;
  slowestMs: number;
}

/** Longest wait for an answer, milliseconds; what takes longer has failed. */
const patienceMs = 5_000;

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

  private async once(): Promise<Probe> {
    const atMs = performance.now();
    const first = await this.ask(this.agent);
    // RFC 9112, 9.3.1: a connection that was kept may end just when it is used again.
    const { status } = first.isStale ? await this.ask(false) : first;
    const probe = { atMs, tookMs: performance.now() - atMs, status };
    return first.isStale ? { ...probe, isRetried: true } : probe;
  }

  /** Asks once; stale is a kept connection that ended without an answer. */
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

/** True if a visitor was served; a refusal of the application's own counts. */
export function isServed({ status }: Probe): boolean {
  return status >= 200 && status < 500;
}

/** Sums up probes. */
export function seen(probes: readonly Probe[]): Seen {
  const ends = probes.filter(isServed).map(({ atMs, tookMs }) => atMs + tookMs);
  ends.sort((a, b) => a - b);
  const failures = probes.filter((probe) => !isServed(probe)).map(({ atMs }) => atMs);
  const sent = probes.map(({ atMs }) => atMs).sort((a, b) => a - b);
  // What was never in service, or is not again, is out of service at least as long as it was asked.
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

/** Not Math.max(...): a soak has more probes than a call has room for arguments. */
function longest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
