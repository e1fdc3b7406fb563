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
  cloneIncomplete(): void {
    super.clear();
  }

  override clear(): void {
    this.numbers.clear();
    super.clear();
  }
}
