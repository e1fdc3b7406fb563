import { type CertificateDates, spacingMs } from "./plan";

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
