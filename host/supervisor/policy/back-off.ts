/** Waits after consecutive failures, milliseconds; the last one repeats. */
const waitsMs = [1_000, 2_000, 5_000, 10_000, 30_000];
/** Wait after a step that peers must notice before the next step, milliseconds. */
export const propagationWaitMs = 10_000;
/** Wait after a refused vote, milliseconds. */
export const refusedWaitMs = 1_000;

/** Decides when an action may be tried again. */
export class BackOff {
  private failures = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  /** True unless a wait is running. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.notBeforeMs;
  }

  /** Starts a wait without a failure. */
  wait(waitMs: number, nowMs: number): void {
    this.notBeforeMs = nowMs + waitMs;
  }

  /** Starts a wait after a failure, longer after each; returns its length, milliseconds. */
  failed(nowMs: number): number {
    const waitMs = waitsMs[Math.min(this.failures, waitsMs.length - 1)]!;
    this.failures += 1;
    this.wait(waitMs, nowMs);
    return waitMs;
  }

  /** Resets the count of failures. */
  succeeded(): void {
    this.failures = 0;
  }
}
