/** What is known of a certificate; times are milliseconds since 1970. */
export interface Known {
  /** Its own dates. */
  notBeforeMs: number;
  notAfterMs: number;
  /** When this node got it, by this node's clock. */
  obtainedMs: number;
}

/** The tries for a certificate that failed since the last success. */
export interface Failures {
  count: number;
  /** When the last one failed, by this node's clock. */
  lastMs: number;
  /** Why the last one failed. */
  said?: string;
  /** Wait that the authority asked for. */
  retryAfterMs?: number;
}

/** What is to be done for a name. */
export type Step = { do: "order" } | { do: "wait"; untilMs?: number };

/**
 * Waits after failures, minutes. Let's Encrypt takes five failed proofs of a name in an hour:
 * https://letsencrypt.org/docs/rate-limits/
 */
const backOffMinutes: readonly number[] = [1, 5, 15, 30, 60];
const minuteMs = 60_000;
/** A wait that an authority asks for is kept up to this long. */
const longestRetryMs = 24 * 60 * minuteMs;

/** When a certificate is renewed: after two thirds of its life, be it six days or ninety. */
export function renewAtMs({ notBeforeMs, notAfterMs }: Known): number {
  return notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

/**
 * What is to be done for a name now.
 *
 * @param active true on the load balancer that has the address: it alone orders.
 */
export function nextStep(
  nowMs: number,
  active: boolean,
  known: Known | undefined,
  failures: Failures | undefined,
): Step {
  if (!active) return { do: "wait" };
  const dueMs = Math.max(
    known ? dueByClock(nowMs, known) : -Infinity,
    failures ? afterFailures(nowMs, failures) : -Infinity,
  );
  return nowMs < dueMs ? { do: "wait", untilMs: dueMs } : { do: "order" };
}

/**
 * A clock that is ahead takes a fresh certificate for an old one; it gets the next one after a third of
 * its life all the same, not at once. A clock that went back since then is no reason to wait.
 */
function dueByClock(nowMs: number, known: Known): number {
  const thirdMs = (known.notAfterMs - known.notBeforeMs) / 3;
  const pausedMs = known.obtainedMs > nowMs ? -Infinity : known.obtainedMs + thirdMs;
  return Math.max(renewAtMs(known), pausedMs);
}

function afterFailures(nowMs: number, { count, lastMs, retryAfterMs = 0 }: Failures): number {
  const minutes = backOffMinutes[Math.min(count, backOffMinutes.length) - 1] ?? 0;
  const waitMs = Math.max(minutes * minuteMs, Math.min(retryAfterMs, longestRetryMs));
  // A clock that went back must not lengthen the wait.
  return Math.min(lastMs, nowMs) + waitMs;
}

/** True if a certificate of the other load balancer is to replace one's own. */
export function isBetter(other: Known, own: Known | undefined): boolean {
  return own === undefined || other.notAfterMs > own.notAfterMs;
}
