/** Values of challenge records that may still be in a zone, kept for the next start of the program. */
export class PendingChallenges {
  /**
   * @param open wildcard domains by value, of an earlier run.
   * @param save keeps them for the next start.
   */
  constructor(
    private open: Readonly<Record<string, string>>,
    private readonly save: (open: Readonly<Record<string, string>>) => void,
  ) {}

  get values(): string[] {
    return Object.keys(this.open);
  }

  /** Wildcard domain of a value; undefined: the value is in no zone. */
  domain(value: string): string | undefined {
    return this.open[value];
  }

  add(value: string, domain: string): void {
    this.open = { ...this.open, [value]: domain };
    this.save(this.open);
  }

  remove(value: string): void {
    const others = Object.entries(this.open).filter(([one]) => one !== value);
    this.open = Object.fromEntries(others);
    this.save(this.open);
  }
}

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
