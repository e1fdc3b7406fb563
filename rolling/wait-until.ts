import { setTimeout as pause } from "node:timers/promises";

/** How {@link waitUntil} waits. */
export interface WaitOptions {
  /** Seconds until it gives up. */
  timeoutSeconds: number;
  /** Milliseconds between two tries. @default 200 */
  intervalMs?: number;
  /** Receives, each quarter of a minute, what is waited for and the last reason. @default nobody */
  tell?: (line: string) => void;
}

/** How often a long wait is told, milliseconds. */
const tellMs = 15_000;

/**
 * Calls `probe` until it returns something other than `undefined`; an error counts as "not yet".
 *
 * @throws Error after the deadline, with `what` and the last error.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutSeconds, intervalMs = 200, tell }: WaitOptions,
): Promise<T> {
  const begun = Date.now();
  const end = begun + timeoutSeconds * 1000;
  let told = begun;
  let last: unknown = "no answer yet";
  const reason = () => (last instanceof Error ? last.message : String(last));
  for (;;) {
    try {
      const result = await probe();
      if (result !== undefined) return result;
    } catch (error) {
      last = error;
    }
    const now = Date.now();
    if (now >= end) throw new Error(`${what}: not within ${timeoutSeconds} s; last: ${reason()}`);
    if (now - told >= tellMs) {
      told = now;
      tell?.(`waits for ${what} since ${Math.round((now - begun) / 1000)} s: ${reason()}`);
    }
    await pause(intervalMs);
  }
}
