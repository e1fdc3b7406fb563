import type { Clock } from "../../clock";

/** A clock that stands still until it is told to go on. */
export class TestClock implements Clock {
  private ms = Date.parse("2026-11-02T12:00:00Z");
  private waiting: { at: number; wake: () => void }[] = [];

  now(): Date {
    return new Date(this.ms);
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.waiting.push({ at: this.ms + milliseconds, wake }));
  }

  /** Lets time pass, and what follows from it happen. */
  async pass(milliseconds: number): Promise<void> {
    this.ms += milliseconds;
    for (const { wake } of this.waiting.filter(({ at }) => at <= this.ms)) wake();
    this.waiting = this.waiting.filter(({ at }) => at > this.ms);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
