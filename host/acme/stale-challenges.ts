/** Grace period after which a value belongs to no running order, milliseconds: longer than an order may take. */
const graceMs = 240_000;

/**
 * Values of this stack's challenge records that a broker found in a zone, and that this process does not know: the other
 * load balancer, or an earlier node, wrote these records. Such a value may belong to an order that still runs, so it
 * counts as stale only after a grace period.
 */
export class StaleChallenges {
  private readonly seen = new Map<string, { domain: string; sinceMs: number }>();

  /** @param nowMs clock that no step changes. */
  constructor(private readonly nowMs: () => number) {}

  /** Notes what is in the zone of a domain now. @param unknown values that no order of this process uses. */
  note(domain: string, unknown: readonly string[]): void {
    for (const [value, one] of this.seen) {
      if (one.domain === domain && !unknown.includes(value)) this.seen.delete(value);
    }
    for (const value of unknown) {
      if (!this.seen.has(value)) this.seen.set(value, { domain, sinceMs: this.nowMs() });
    }
  }

  /** Takes out the values that are there for longer than an order may take, with their domains. */
  take(): [value: string, domain: string][] {
    const old = [...this.seen].filter(([, { sinceMs }]) => this.nowMs() >= sinceMs + graceMs);
    for (const [value] of old) this.seen.delete(value);
    return old.map(([value, { domain }]) => [value, domain]);
  }
}
