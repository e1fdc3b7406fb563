import type { Operation } from "./operations";
import { counterCount } from "./schema";
import type { Session } from "./session";

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to below `end`. */
export const below = (random: Random, end: number) => Math.floor(random() * end);

/** One of a list. @throws Error if the list is empty. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  if (list.length === 0) throw new Error("the list is empty");
  return list[below(random, list.length)]!;
}

/** What may stand in a note and in a key: text of up to 4 bytes for each character, and what a client must escape. */
export const texts = [
  ...["😀", "Größe", "𝄞", "漢字", "a'b", 'c"d', "e\\f", "g\nh\ti", "%_", "👩‍👩‍👧", ""],
];

/**
 * What the writes of one connection have in common: new keys that no other connection chooses, and rows that all
 * connections change.
 */
export class RowWriter {
  private made = 0;

  constructor(
    private readonly number: number,
    private readonly count: number,
    readonly session: Session,
    readonly random: Random,
  ) {}

  /** A number that was not given before, by any writer. */
  id(): string {
    this.made += 1;
    return String(this.made * this.count + this.number);
  }

  /** A text that was not given before. */
  tag = () => `w${this.number}-${this.id()}`;

  /** One of 220 texts; other pens choose the same. */
  word = () => `${oneOf(this.random, texts)}${below(this.random, 20)}`;

  digits = (end: number, width: number) => String(below(this.random, end)).padStart(width, "0");

  /** Runs one statement, a transaction by itself. @returns false if MySQL rolled it back. */
  change(sql: string, values: unknown[], operation: Operation): Promise<boolean> {
    const run = () => this.session.statement(sql, values, () => [operation]);
    return this.session.unlessRolledBack(run);
  }

  /** Changes a row on which all meet, within a transaction. */
  async bump(): Promise<Operation[]> {
    const [key, tag] = [String(1 + below(this.random, counterCount)), this.tag()];
    await this.session.query("UPDATE app.counters SET n = n + 1, tag = ? WHERE id = ?", [tag, key]);
    return incremented(key, tag, 1);
  }

  count1 = () => this.session.transaction(() => this.bump());
}

export const incremented = (key: string, tag: string, by: number): Operation[] => [
  { do: "add", table: "app.counters", key, name: "n", by },
  { do: "set", table: "app.counters", key, values: { tag } },
];
