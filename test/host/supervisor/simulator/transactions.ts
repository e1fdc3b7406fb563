const span = 1_000_000;

/**
 * A transaction is a number of its own; what is left of it by `span` is the number in its GTID, which
 * a group may give again to another one.
 */
export function numberOf(transaction: number): number {
  return transaction % span;
}

/** The `count`-th transaction of a simulation, with that number in its GTID. */
export function transaction(count: number, number: number): number {
  return count * span + number;
}

/** Transactions of a node, with the numbers in their GTIDs. */
export class Transactions extends Set<number> {
  readonly numbers = new Set<number>();

  override add(one: number): this {
    this.numbers?.add(numberOf(one));
    return super.add(one);
  }

  override delete(one: number): boolean {
    this.numbers.delete(numberOf(one));
    return super.delete(one);
  }

  /** The transactions are gone, their numbers stay. */
  dropData(): void {
    super.clear();
  }

  override clear(): void {
    this.numbers.clear();
    super.clear();
  }
}

const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";

/** GTID set of numbers, gaps and all. */
export function gtidSet(numbers: Iterable<number>): string {
  const intervals: [first: number, last: number][] = [];
  for (const one of Float64Array.from(numbers).sort()) {
    const interval = intervals.at(-1);
    if (interval?.[1] === one - 1) interval[1] = one;
    else intervals.push([one, one]);
  }
  const texts = intervals.map(([first, last]) => `${first}-${last}`);
  return texts.length === 0 ? "" : `${uuid}:${texts.join(":")}`;
}
