import { type CertificateDates, spacingMs, renewAtMs } from "./plan";
import { log } from "./journal";

/** Pause between two checks of a domain that does not lead to these load balancers yet, milliseconds. */
const usualMs = 15_000;

/** Longest pause between two checks of a wildcard domain, milliseconds. */
const mostMs = 600_000;

/**
 * When a domain is checked before its order. Each check of a wildcard uses up the brokers' limits and calls of the API,
 * so its pause doubles with each check in a row that finds a problem.
 */
export class CheckPauses {
  private readonly checks = new Map<string, { problems: number; nextMs: number }>();

  /** @param nowMs clock that no step changes. */
  constructor(private readonly nowMs: () => number) {}

  isDue(name: string): boolean {
    return this.nowMs() >= (this.checks.get(name)?.nextMs ?? -Infinity);
  }

  /** Notes a check. @param hasProblem true if the domain cannot be ordered yet. */
  note(name: string, hasProblem: boolean): void {
    const problems = hasProblem ? (this.checks.get(name)?.problems ?? 0) + 1 : 0;
    const factor = name.startsWith("*.") ? 2 ** Math.max(0, problems - 1) : 1;
    const nextMs = this.nowMs() + Math.min(usualMs * factor, mostMs);
    this.checks.set(name, { problems, nextMs });
  }

  /** Ends the pause of a domain, as when this node gets the address: another node has checked meanwhile. */
  forget(name: string): void {
    this.checks.delete(name);
  }
}

/** A certificate as far as its order matters. */
type Ordered = Omit<CertificateDates, "obtainedMs"> & { fingerprint: string };

/** Certificates that this process ordered last, by name. A restart of the process forgets them. */
export class OwnOrders {
  private readonly last = new Map<string, { fingerprint: string; nextMs: number }>();

  /** @param monotonicMs clock that no step changes. */
  constructor(private readonly monotonicMs: () => number) {}

  /** Notes an order that the authority has fulfilled. */
  note(name: string, certificate: Ordered): void {
    const nextMs = this.monotonicMs() + spacingMs(certificate);
    this.last.set(name, { fingerprint: certificate.fingerprint, nextMs });
  }

  /** False while the last order is so young that another one would use up the authority's limits. */
  allowsAnother(name: string): boolean {
    return this.monotonicMs() >= (this.last.get(name)?.nextMs ?? -Infinity);
  }

  /**
   * True if this process ordered the certificate, and it is valid. The load balancer with the address then takes no other
   * one: authorities date back by different times, so an older certificate of another one may begin later.
   */
  isOwn(name: string, certificate: Ordered | undefined, nowMs: number): boolean {
    const isOrdered =
      certificate !== undefined && this.last.get(name)?.fingerprint === certificate.fingerprint;
    return isOrdered && nowMs < certificate.notAfterMs;
  }
}

const hourMs = 3_600_000;

/** Pause between two errors in the journal about a name, milliseconds. */
const errorMs = 24 * hourMs;

/**
 * Longest pause between two orders for a name whose check finds a problem, milliseconds. Let's Encrypt pauses a name after
 * 1152 failed challenges in a row, of which one a day is forgotten: https://letsencrypt.org/docs/rate-limits/
 */
const orderMs = 6 * hourMs;

/** How long a certificate is valid yet, for an operator. */
export function timeLeft({ notAfterMs }: Pick<CertificateDates, "notAfterMs">, nowMs: number) {
  const hours = Math.floor(Math.abs(notAfterMs - nowMs) / hourMs);
  return nowMs < notAfterMs
    ? `the present one is valid for ${hours} h`
    : `the present one ended ${hours} h ago`;
}

/** Certificates that are due, while the check of their names finds a problem. */
export class OverdueRenewals {
  private readonly errors = new Map<string, number>();
  private readonly orders = new Map<string, number>();

  /** @param nowMs this node's clock. @param monotonicMs the clock that no step changes. */
  constructor(
    private readonly nowMs: () => number,
    private readonly monotonicMs: () => number,
  ) {}

  /** Writes an error into the journal, at most once a day for each name, once a certificate has a third of its life left. */
  report(name: string, certificate: CertificateDates, problem: string): void {
    const { notBeforeMs, notAfterMs } = certificate;
    const lastThirdMs = notAfterMs - (notAfterMs - notBeforeMs) / 3;
    if (this.nowMs() < lastThirdMs || !this.isPast(this.errors, name)) return;
    this.errors.set(name, this.monotonicMs() + errorMs);
    log(3, `${name}: no renewal: ${problem}; ${timeLeft(certificate, this.nowMs())}`);
  }

  /**
   * True if the certificate is ordered in spite of the problem: from the middle between the time of renewal and the end
   * on, since the check may be wrong where the authority would be content. Four times in the first such span, and at
   * least every six hours.
   */
  insists(name: string, certificate: CertificateDates): boolean {
    const renewMs = renewAtMs(certificate);
    const halfMs = (certificate.notAfterMs - renewMs) / 2;
    if (this.nowMs() < renewMs + halfMs || !this.isPast(this.orders, name)) return false;
    this.orders.set(name, this.monotonicMs() + Math.min(orderMs, Math.max(0, halfMs / 4)));
    return true;
  }

  private isPast(times: ReadonlyMap<string, number>, name: string): boolean {
    return this.monotonicMs() >= (times.get(name) ?? -Infinity);
  }
}
