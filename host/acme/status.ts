import { type Failures, type CertificateDates, nextStep, renewAtMs } from "./plan";

/** Status of one domain for operators. */
export interface NameStatus {
  /** Validity of the certificate and time of renewal, ISO times; absent: no certificate yet. */
  validFrom?: string;
  validUntil?: string;
  renewAfter?: string;
  /** Issuer of the certificate. */
  issuer?: string;
  /** Condition that the order waits for. */
  awaits?: string;
  /** What does not prevent a certificate, but needs an operator. */
  warning?: string;
  /** Last error of the authority since the last success. */
  lastFailure?: string;
  /** Time of the next order; ISO time. */
  nextTry?: string;
}

/** Failed attempts for a domain. */
export interface Attempts {
  /** Warning of the last challenge. */
  warning?: string | undefined;
  /** Why the domain does not lead to these load balancers. */
  elsewhere?: string;
  /** Last error of the authority. */
  lastFailure?: string;
  /** Time of the next order, milliseconds since 1970. */
  againMs?: number;
}

/** Combines the failed orders of a domain with the result of its check. */
export function attemptsOf(failed: Failures | undefined, elsewhere: string | undefined): Attempts {
  const next = failed && nextStep(failed.lastMs, true, undefined, failed);
  // A domain that leads elsewhere is ordered as soon as it leads here.
  const againMs = next?.do === "wait" && elsewhere === undefined ? next.untilMs : undefined;
  return {
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(failed?.said === undefined ? {} : { lastFailure: failed.said }),
    ...(againMs === undefined ? {} : { againMs }),
  };
}

/**
 * Status of a domain.
 *
 * @param active true on the load balancer that orders.
 */
export function nameStatus(
  known: (CertificateDates & { issuer: string }) | undefined,
  active: boolean,
  { elsewhere, lastFailure, againMs, warning }: Attempts,
): NameStatus {
  const iso = (ms: number) => new Date(ms).toISOString();
  const awaits = !active && !known ? "the load balancer with the address to get one" : elsewhere;
  return {
    ...(known
      ? {
          validFrom: iso(known.notBeforeMs),
          validUntil: iso(known.notAfterMs),
          renewAfter: iso(renewAtMs(known)),
          issuer: known.issuer,
        }
      : {}),
    ...(awaits === undefined ? {} : { awaits }),
    ...(warning === undefined ? {} : { warning }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(lastFailure === undefined || againMs === undefined ? {} : { nextTry: iso(againMs) }),
  };
}
