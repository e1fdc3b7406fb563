import { watchdogSeconds, type LeaseRow } from "../../../host/app-job/lease";
import type { Running } from "../../../host/app-job/command";
import { runWithLease } from "../../../host/app-job/run-with-lease";

/** A source of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The row of the lease, as one database has it for all nodes. */
export class SharedRow {
  row: LeaseRow = { token: "", beats: 0, node: "" };

  change(fits: boolean, token: string, node: string): void {
    if (fits) this.row = { token, node, beats: this.row.beats + 1 };
  }
}

const wait = (milliseconds: number, stop?: AbortSignal) =>
  new Promise((resolve) => {
    if (stop?.aborted) return resolve(undefined);
    setTimeout(resolve, milliseconds);
    stop?.addEventListener("abort", resolve, { once: true });
  });
const never = new Promise<never>(() => undefined);

/** A node that holds or waits, on the clock of the test; systemd starts its program again whenever it ends. */
export class FakeNode {
  /** True while the worker's command runs here. */
  works = false;
  /** How often the command was started here. */
  starts = 0;
  /** True while the database cannot be reached from here. */
  cut = false;
  private hung = false;
  private run = 0;
  private lastAlive = 0;
  private running: Running | undefined;
  private endProgram: () => void = () => undefined;

  constructor(
    private readonly name: string,
    private readonly shared: SharedRow,
    private readonly stopSeconds: number,
    private readonly random: () => number,
  ) {}

  /** Starts the program, and starts it anew a second after each end. */
  async live(): Promise<never> {
    for (;;) {
      const run = ++this.run;
      this.hung = false;
      this.lastAlive = Date.now();
      let asked: () => void = () => undefined;
      const asking = new Promise<void>((resolve) => (asked = resolve));
      this.endProgram = asked;
      const killed = this.watchdog(run);
      await Promise.race([
        runWithLease(this.lease(run), this.stopSeconds, this.around(asking)),
        killed,
      ]);
      this.running?.kill();
      await wait(1_000);
    }
  }

  /** The program hangs, and its command goes on; systemd's watchdog ends both. */
  hang(): void {
    this.hung = true;
  }

  /** Restarts the program as for a new release. */
  restart(): void {
    this.endProgram();
  }

  /** Everything on the node stops, and comes again after that many milliseconds. */
  async crash(milliseconds: number): Promise<void> {
    this.hung = true;
    this.lastAlive = Infinity;
    this.running?.kill();
    await wait(milliseconds);
    this.lastAlive = -Infinity;
  }

  private async watchdog(run: number): Promise<void> {
    while (this.run === run) {
      await wait(1_000);
      if (Date.now() - this.lastAlive > watchdogSeconds(this.stopSeconds) * 1_000) return;
    }
  }

  private around(stopRequested: Promise<void>) {
    const quiet = () => undefined;
    return {
      now: () => Date.now(),
      pause: (milliseconds: number, stop?: AbortSignal) =>
        wait(milliseconds, stop).then(() => (this.hung ? never : null)),
      stopRequested,
      start: () => this.start(),
      ready: quiet,
      alive: () => void (this.lastAlive = this.hung ? this.lastAlive : Date.now()),
      say: quiet,
    };
  }

  /** A command that takes its time to end, sometimes more than it has, and may end by itself. */
  private start(): Running {
    this.works = true;
    this.starts += 1;
    let end: (status: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => (end = resolve));
    const finish = (status: number) => {
      if (this.running === running) this.works = false;
      end(status);
    };
    const ask = () => {
      const seconds = this.random() * 3 * this.stopSeconds;
      void wait(seconds * 1_000).then(() => finish(0));
    };
    const running: Running = { ended, terminate: ask, kill: () => finish(137) };
    this.running = running;
    if (this.random() < 0.2) void wait(this.random() * 120_000).then(() => finish(1));
    return running;
  }

  /** The lease as this run of the program has it; each statement may fail before or after it took effect. */
  private lease(run: number) {
    const { shared, name } = this;
    const token = `${name}/${run}`;
    const sql = async <T>(act: () => T, timeoutMs: number): Promise<T> => {
      const took = this.random() * 200;
      await wait(took);
      if (this.hung) return never;
      if (this.cut) {
        await wait(Math.max(timeoutMs - took, 0));
        throw new Error("no answer");
      }
      const answer = act();
      if (this.random() < 0.02) throw new Error("the answer was lost");
      await wait(this.random() * 100);
      return this.hung ? never : answer;
    };
    const change = (fits: () => boolean, to: string, timeoutMs: number) =>
      sql(() => {
        shared.change(fits(), to, to && name);
        return shared.row.token === token;
      }, timeoutMs);
    const isMine = () => shared.row.token === token;
    return {
      token,
      node: name,
      read: (timeoutMs: number) => sql(() => ({ ...shared.row }), timeoutMs),
      take: (seen: LeaseRow, timeoutMs: number) =>
        change(
          () => shared.row.token === seen.token && shared.row.beats === seen.beats,
          token,
          timeoutMs,
        ),
      renew: (timeoutMs: number) => change(isMine, token, timeoutMs),
      release: (timeoutMs: number) => change(isMine, "", timeoutMs).then(() => undefined),
    };
  }
}
