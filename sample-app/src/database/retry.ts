import type { Clock } from "../clock";
import { UnavailableError } from "../errors";
import { classify } from "./failures";

/** How long and how often a call is repeated. */
export interface RetryPolicy {
  /** Time after which no further attempt is started, in milliseconds. */
  deadlineMs: number;
  /** Longest pause before the second repetition; it doubles with each one. */
  firstPauseMs: number;
  /** Upper limit of a pause, in milliseconds. */
  maxPauseMs: number;
}

/** Outlasts a failover of the primary (5.5 to 8 s) with as much again in reserve. */
export const defaultPolicy: RetryPolicy = { deadlineMs: 15_000, firstPauseMs: 50, maxPauseMs: 200 };

/** What {@link retry} needs from outside. */
export interface RetryContext {
  clock: Clock;
  /** A number from 0 to below 1; spreads the repetitions of many callers. */
  random: () => number;
  /** Called for each failure that will be repeated. */
  onRetry?: (error: unknown, attempt: number) => void;
}

/** One attempt: `n` counts from 0, `leftMs` is the time until the deadline. */
export type Attempt<T> = (n: number, leftMs: number) => Promise<T>;

/**
 * Repeats `attempt` while its failure may pass. The first repetition is immediate, because most
 * failures are a pooled connection that died while it was idle.
 *
 * @throws UnavailableError once the deadline has come; a permanent error as it is.
 */
export async function retry<T>(
  policy: RetryPolicy,
  { clock, random, onRetry }: RetryContext,
  attempt: Attempt<T>,
): Promise<T> {
  const end = clock.now() + policy.deadlineMs;
  for (let n = 0; ; n++) {
    try {
      return await attempt(n, end - clock.now());
    } catch (error) {
      if (classify(error) === "permanent") throw error;
      const pause = pauseMs(policy, n, random());
      if (clock.now() + pause >= end) throw gaveUp(policy, n, error);
      onRetry?.(error, n);
      await clock.sleep(pause);
    }
  }
}

/** The pause after failed attempt `n`: none, then doubling up to the limit, between half and whole. */
export function pauseMs(policy: RetryPolicy, n: number, random: number): number {
  if (n === 0) return 0;
  const whole = Math.min(policy.maxPauseMs, policy.firstPauseMs * 2 ** Math.min(n - 1, 20));
  return whole * (0.5 + random / 2);
}

function gaveUp(policy: RetryPolicy, n: number, cause: unknown): UnavailableError {
  const seconds = policy.deadlineMs / 1000;
  return new UnavailableError(`no database after ${n + 1} attempts in ${seconds} s`, 2, { cause });
}
