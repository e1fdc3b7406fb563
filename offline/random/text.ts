import { randomInt } from "node:crypto";

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
/** Source: the documentation of `overrideSpecial`. */
const signs = "!@#$%&*()-_=+[]{}<>:?";

/** Length and characters of a random text. */
export interface TextOptions {
  length: number;
  lower: boolean;
  upper: boolean;
  numeric: boolean;
  special: boolean;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
  overrideSpecial?: string;
}

function pick(alphabet: string, count: number): string[] {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]!);
}

function shuffled(list: string[]): string {
  for (let i = list.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list.join("");
}

/**
 * A random text.
 *
 * @throws Error if no kind of character is allowed, or the minimums exceed the length.
 */
export function randomText(wish: TextOptions): string {
  const special = wish.overrideSpecial || signs;
  const alphabet = [
    wish.lower ? lower : "",
    wish.upper ? upper : "",
    wish.numeric ? digits : "",
    wish.special ? special : "",
  ].join("");
  const least = [
    ...pick(lower, wish.minLower),
    ...pick(upper, wish.minUpper),
    ...pick(digits, wish.minNumeric),
    ...pick(special, wish.minSpecial),
  ];
  if (least.length > wish.length) {
    throw new Error(
      `length must be at least the sum of the minimums, ${least.length}, got ${wish.length}`,
    );
  }
  if (alphabet === "") {
    throw new Error("at least one of lower, upper, numeric, special must be true, got none");
  }
  return shuffled([...least, ...pick(alphabet, wish.length - least.length)]);
}
