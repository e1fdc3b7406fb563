import { random } from "../../support/random";

/** A source of numbers that gives the same ones for the same seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  /** One of a list. */
  one<T>(list: readonly T[]): T;
}

/** The source of a seed. */
export function randomOf(seed: number): Random {
  const next = random(seed);
  const int = (below: number) => Math.floor(next() * below);
  return { int, one: (list) => list[int(list.length)]! };
}
