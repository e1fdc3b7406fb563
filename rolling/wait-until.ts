import { setTimeout as pause } from "node:timers/promises";

/** Options of {@link waitUntil}. */
export interface WaitOptions {
  /** Longest wait, seconds. */
  timeoutSeconds: number;
  /** Time between two attempts, milliseconds. @default 200 */
  intervalMs?: number;
  /** Receives, every 15 s, the description of the wait and the last reason. @default no messages */
  tell?: (line: string) => void;
}

/** Interval of messages about a long wait, milliseconds. */
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
  let lastMessage = begun;
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
    if (now - lastMessage >= tellMs) {
      lastMessage = now;
      tell?.(`waits for ${what} since ${Math.round((now - begun) / 1000)} s: ${reason()}`);
    }
    await pause(intervalMs);
  }
}
