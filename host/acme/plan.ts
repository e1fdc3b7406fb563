import { readFileSync } from "node:fs";

/** Dates of a certificate, milliseconds since 1970. */
export interface CertificateDates {
  /** Validity period. */
  notBeforeMs: number;
  notAfterMs: number;
  /** Time at which this node got the certificate, by this node's clock. */
  obtainedMs: number;
  /** Time of renewal that the authority suggests, by this node's clock. @default two thirds of the validity */
  suggestedMs?: number | undefined;
}

/** Failed orders since the last success. */
export interface Failures {
  count: number;
  /** Time of the last failure, by this node's clock. */
  lastMs: number;
  /** Message of the last failure. */
  said?: string;
  /** Wait that the authority demands, milliseconds. */
  retryAfterMs?: number;
}

/** The next step for a domain. */
export type Step = { do: "order" } | { do: "wait"; untilMs?: number };

/**
 * Waits after failures, minutes. Let's Encrypt allows five failed challenges for a name in an hour:
 * https://letsencrypt.org/docs/rate-limits/
 */
const backOffMinutes: readonly number[] = [1, 5, 15, 30, 60];

const minuteMs = 60_000;

const dayMs = 24 * 60 * minuteMs;

/** Longest accepted wait that an authority demands, milliseconds. */
const longestRetryMs = 24 * 60 * minuteMs;

/** Longest pause between two successful orders for a name, milliseconds. */
const mostSpacingMs = 60 * minuteMs;

/**
 * Pause after a successful order for a name, milliseconds, whatever else asks for one: an authority issues the same
 * certificate a few times a week only. Shorter for certificates that live for minutes.
 */
export function spacingMs({
  notBeforeMs,
  notAfterMs,
}: Omit<CertificateDates, "obtainedMs">): number {
  return Math.min(mostSpacingMs, (notAfterMs - notBeforeMs) / 3);
}

/** Time of renewal: as the authority suggests, else after two thirds of the validity, be it six days or ninety. */
export function renewAtMs({ notBeforeMs, notAfterMs, suggestedMs }: CertificateDates): number {
  return suggestedMs ?? notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

/**
 * Decides the next step for a domain.
 *
 * @param active true on the load balancer that has the address; only that one orders.
 * @param requestedMs time at which an operator asked for a new certificate, by this node's clock. A certificate
 * that the node got before that time is renewed at once; failures delay the order as usual.
 */
export function nextStep(
  nowMs: number,
  active: boolean,
  known: CertificateDates | undefined,
  failures: Failures | undefined,
  requestedMs = -Infinity,
): Step {
  if (!active) return { do: "wait" };
  // A request of the future, from before the clock was set back, would never be met.
  const isRequested = requestedMs <= nowMs && (known?.obtainedMs ?? -Infinity) < requestedMs;
  const isEnough = known !== undefined && !isRequested;
  const dueMs = Math.max(
    isEnough ? dueByClock(nowMs, known) : -Infinity,
    failures ? afterFailures(nowMs, failures) : -Infinity,
  );
  return nowMs < dueMs ? { do: "wait", untilMs: dueMs } : { do: "order" };
}

/**
 * Time of renewal by this node's clock. A clock that is ahead makes a fresh certificate look old; the renewal
 * still waits a third of the validity, or a day at most if the authority suggests a time. A clock that was set back since then does not delay it.
 */
function dueByClock(nowMs: number, known: CertificateDates): number {
  const thirdMs = (known.notAfterMs - known.notBeforeMs) / 3;
  // An authority that is about to revoke a certificate suggests an early renewal, but one that always does gets few orders.
  const leastMs = known.suggestedMs === undefined ? thirdMs : Math.min(thirdMs, dayMs);
  const pausedMs = known.obtainedMs > nowMs ? -Infinity : known.obtainedMs + leastMs;
  return Math.max(renewAtMs(known), pausedMs);
}

function afterFailures(nowMs: number, { count, lastMs, retryAfterMs = 0 }: Failures): number {
  const minutes = backOffMinutes[Math.min(count, backOffMinutes.length) - 1] ?? 0;
  const waitMs = Math.max(minutes * minuteMs, Math.min(retryAfterMs, longestRetryMs));
  // A clock that was set back must not lengthen the wait.
  return Math.min(lastMs, nowMs) + waitMs;
}

/**
 * True if the other load balancer's certificate replaces this node's own: the newer one counts, also if it ends
 * earlier, as after a change to an authority with shorter lives. An expired one gives way to one that is valid.
 */
export function supersedes(
  other: Omit<CertificateDates, "obtainedMs">,
  own: CertificateDates | undefined,
  nowMs: number,
): boolean {
  // Such a certificate would never be replaced.
  if (other.notBeforeMs > nowMs + dayMs) return false;
  if (own === undefined) return true;
  const isValid = ({ notAfterMs }: { notAfterMs: number }) => nowMs < notAfterMs;
  if (isValid(other) !== isValid(own)) return isValid(other);
  return other.notBeforeMs > own.notBeforeMs;
}

/** Times of operators' requests for a new certificate by host name, milliseconds since 1970, by this node's clock. */
export type RenewalRequests = Readonly<Record<string, number>>;

/**
 * Reads the requests, which `edge renew` writes. A request counts until the node has a certificate that it got
 * later, or until the node restarts.
 *
 * @param path file with the requests as JSON. A missing or malformed file has none.
 */
export function readRenewalRequests(path: string): RenewalRequests {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  } catch {
    return {};
  }
}

/**
 * The requests with new ones for `names`; no name stands for all.
 *
 * @param domains names that have certificates of the authority.
 * @throws Error for a name without one, with the names that have one.
 */
export function withRenewalRequests(
  requests: RenewalRequests,
  names: readonly string[],
  domains: readonly string[],
  nowMs: number,
): RenewalRequests {
  const unknown = names.filter((name) => !domains.includes(name));
  if (domains.length === 0)
    throw new Error("no name of this stack has a certificate of an authority");
  if (unknown.length > 0) {
    throw new Error(
      `no certificate is ordered for ${unknown.join(", ")}; names: ${domains.join(", ")}`,
    );
  }
  const requestedNames = names.length > 0 ? names : domains;
  return { ...requests, ...Object.fromEntries(requestedNames.map((name) => [name, nowMs])) };
}
