/** Waits after failures in a row, milliseconds; the last one for ever. */
const waitsMs = [1_000, 2_000, 5_000, 10_000, 30_000];
/** Wait after something that others must notice before the next step, milliseconds. */
export const noticedMs = 10_000;
/** Wait after a claim that was refused, milliseconds. */
export const refusedMs = 1_000;

/** Says when something may be tried again. */
export class BackOff {
  private failures = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  /** True unless there is a wait. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.notBeforeMs;
  }

  /** Waits without anything having failed. */
  hold(waitMs: number, nowMs: number): void {
    this.notBeforeMs = nowMs + waitMs;
  }

  /** Waits after a failure, longer after each; returns how long, milliseconds. */
  failed(nowMs: number): number {
    const waitMs = waitsMs[Math.min(this.failures, waitsMs.length - 1)]!;
    this.failures += 1;
    this.hold(waitMs, nowMs);
    return waitMs;
  }

  /** All is well: the next failure is the first one again. */
  worked(): void {
    this.failures = 0;
  }
}
