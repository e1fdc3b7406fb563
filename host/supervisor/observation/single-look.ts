import { setTimeout as delay } from "node:timers/promises";

/**
 * One look at a time: what is late is waited for, never asked again. A second question would only make a
 * MySQL later that is short of processor time, and one that is given up is answered all the same.
 */
export class SingleLook {
  private underWay: Promise<void> | undefined;

  constructor(private readonly look: () => Promise<void>) {}

  /** True if a look is under way. */
  get isLate(): boolean {
    return this.underWay !== undefined;
  }

  /**
   * Begins a look unless one is under way, and waits for its end, but not for longer than that: what else a
   * turn does must not wait for a late MySQL. Returns whether it has ended. @throws what the look throws.
   */
  async next(waitMs: number): Promise<boolean> {
    this.underWay ??= this.look().finally(() => (this.underWay = undefined));
    const stop = new AbortController();
    const waited = delay(waitMs, false, { signal: stop.signal }).catch(() => false);
    const ended = this.underWay.then(() => true);
    // A look that failed while nobody waited for it is followed by the next one.
    ended.catch(() => undefined);
    return Promise.race([ended, waited]).finally(() => stop.abort());
  }
}
