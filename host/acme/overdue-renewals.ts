import { log } from "./journal";
import { type CertificateDates, renewAtMs } from "./plan";

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
