import type { Clock } from "../../src/clock";

/** A clock that stands still except while somebody sleeps: then it jumps. */
export class FakeClock implements Clock {
  /** Every sleep so far, in milliseconds. */
  readonly sleeps: number[] = [];
  #now: number;

  constructor(start = 1_900_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.#now += ms;
  }

  /** Lets `ms` milliseconds pass. */
  pass(ms: number): void {
    this.#now += ms;
  }
}
