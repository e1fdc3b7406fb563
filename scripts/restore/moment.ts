import { randomInt } from "node:crypto";
import { timeOf } from "../../host/archiver/chain/ids";
import { plan } from "./plan";
import type { Archive } from "./read-chain";
import type { Target } from "./target";

/** Seconds from which a moment is drawn, microseconds since 1970. */
export interface Window {
  fromUs: number;
  toUs: number;
}

/**
 * The time that can be restored without a gap.
 *
 * @param kind `newest`: from the newest base on; `all`: from the oldest one that reaches the end.
 * @throws Error if there is no base, or the end cannot be reached from the newest.
 */
export function windowOf({ bases, links }: Archive, kind: "newest" | "all"): Window {
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  const faultsOf = (i: number) => plan([newestFirst[i]!], links, { kind: "latest" }).faults;
  if (newestFirst.length === 0) throw new Error("there is no base");
  const [fault] = faultsOf(0);
  if (fault !== undefined) throw new Error(`the log behind the newest base is not whole: ${fault}`);
  let first = 0;
  while (kind === "all" && first + 1 < newestFirst.length && faultsOf(first + 1).length === 0) {
    first += 1;
  }
  const fromUs = timeOf(newestFirst[first]!.id) * 1_000;
  const toUs = links.reduce((last, { link }) => Math.max(last, link?.segment?.toUs ?? 0), fromUs);
  return { fromUs, toUs };
}

/**
 * A moment of a window; its end if it has no length.
 *
 * @param draw gives a whole number from 0 on that is smaller than its argument.
 */
export function momentIn(
  { fromUs, toUs }: Window,
  draw: (below: number) => number = randomInt,
): Target {
  if (toUs <= fromUs) return { kind: "latest" };
  // A draw has 48 bits: a window of nine years in microseconds.
  return { kind: "time", us: fromUs + draw(toUs - fromUs + 1) };
}
