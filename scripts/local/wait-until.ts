import { setTimeout as pause } from "node:timers/promises";

/** How {@link waitUntil} waits. */
export interface WaitOptions {
  /** Seconds until it gives up. */
  timeoutSeconds: number;
  /** Milliseconds between two tries. @default 200 */
  intervalMs?: number;
}

/**
 * Calls `probe` until it returns something other than `undefined`; an error counts as "not yet".
 *
 * @throws Error after the deadline, with `what` and the last error.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutSeconds, intervalMs = 200 }: WaitOptions,
): Promise<T> {
  const end = Date.now() + timeoutSeconds * 1000;
  let last: unknown = "no answer yet";
  for (;;) {
    try {
      const result = await probe();
      if (result !== undefined) return result;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= end) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`${what}: not within ${timeoutSeconds} s; last: ${reason}`);
    }
    await pause(intervalMs);
  }
}
