import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs one poll at a time. A late poll is awaited, never repeated: a second query would slow down a MySQL
 * that lacks processor time, and MySQL executes an abandoned query all the same.
 */
export class SinglePoll {
  private underWay: Promise<void> | undefined;

  constructor(private readonly look: () => Promise<void>) {}

  /** True while a poll runs. */
  get isLate(): boolean {
    return this.underWay !== undefined;
  }

  /**
   * Starts a poll unless one runs, and waits for its end, at most `waitMs`: the rest of the loop must not
   * wait for a late MySQL. Returns whether the poll has ended. @throws what the poll throws.
   */
  async next(waitMs: number): Promise<boolean> {
    this.underWay ??= this.look().finally(() => (this.underWay = undefined));
    const stop = new AbortController();
    const waited = delay(waitMs, false, { signal: stop.signal }).catch(() => false);
    const ended = this.underWay.then(() => true);
    // A poll that failed while nobody awaited it is followed by the next one.
    ended.catch(() => undefined);
    return Promise.race([ended, waited]).finally(() => stop.abort());
  }
}
