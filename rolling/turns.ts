/** A node that waits for the turn. */
interface Waiting {
  name: string;
  rank: number;
  give: () => void;
  refuse: (reason: Error) => void;
}

/** Time to collect nodes that begin together, milliseconds: the engine registers them one by one. */
const settleMs = 3_000;
/** Longest turn, milliseconds: a database alone has half an hour to receive the transactions that it missed. */
const longestMs = 90 * 60_000;

/**
 * One turn for the whole stack: a node has the turn from before its drain until it is in service again. The
 * waiting node with the lowest rank is next. The first failure ends all turns: every node that waits then, or
 * comes later, is refused.
 */
export class Turns {
  private holder: string | undefined;
  private failure: string | undefined;
  private settling: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;
  private waiting: Waiting[] = [];

  /**
   * Resolves when `name` has the turn.
   *
   * @throws Error if a node's turn has failed, or did not end.
   */
  take(name: string, rank: number): Promise<void> {
    return new Promise((give, refuse) => {
      if (this.failure !== undefined) return refuse(this.refusal(name));
      this.waiting.push({ name, rank, give, refuse });
      if (this.holder === undefined) this.settling ??= later(() => this.next(), settleMs);
    });
  }

  /** True if `name` has the turn. */
  isOf(name: string): boolean {
    return this.holder === name;
  }

  /** True if no node has the turn or waits for it. */
  get isIdle(): boolean {
    return this.holder === undefined && this.waiting.length === 0;
  }

  /** Passes the turn on. */
  done(name: string): void {
    if (this.holder !== name) return;
    this.end();
    this.next();
  }

  /** Ends all turns after a failure in the turn of `name`. */
  stop(name: string, reason: string): void {
    this.failure ??= `${name}: ${reason}`;
    if (this.holder === name) this.end();
    clearTimeout(this.settling);
    for (const one of this.waiting.splice(0)) one.refuse(this.refusal(one.name));
  }

  private next(): void {
    this.settling = undefined;
    if (this.holder !== undefined || this.waiting.length === 0) return;
    const first = this.waiting.reduce((best, one) => (one.rank < best.rank ? one : best));
    this.waiting = this.waiting.filter((one) => one !== first);
    this.holder = first.name;
    const late = () => this.stop(first.name, `its turn did not end in ${longestMs / 60_000} min`);
    this.limit = later(late, longestMs);
    first.give();
  }

  private end(): void {
    this.holder = undefined;
    clearTimeout(this.limit);
  }

  private refusal(name: string): Error {
    return new Error(`${name} was not begun, since this failed before: ${this.failure}`);
  }
}

/** A timer that keeps no process alive: after a killed engine the program must not wait for a turn. */
function later(work: () => void, milliseconds: number): NodeJS.Timeout {
  const timer = setTimeout(work, milliseconds);
  timer.unref();
  return timer;
}
