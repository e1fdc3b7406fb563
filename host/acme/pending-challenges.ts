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
