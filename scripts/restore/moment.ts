import { randomInt } from "node:crypto";
import { timeOf } from "../../host/archiver/chain/manifest";
import { newestUs, plan } from "./plan";
import type { Archive } from "./read-chain";
import type { Target } from "./target";

/** Window of time for a random moment, microseconds since 1970. */
export interface Window {
  fromUs: number;
  toUs: number;
}

/**
 * The window of restorable moments without a gap.
 *
 * @param kind `newest`: from the newest base on; `all`: from the oldest base with an unbroken chain to the end.
 * @throws Error if the archive has no base, or if the chain from the newest base to the end is broken.
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
  return { fromUs, toUs: Math.max(fromUs, newestUs(links)) };
}

/**
 * A random moment of a window; the window's end if the window is empty.
 *
 * @param draw returns a random integer from 0 up to its argument, exclusive.
 */
export function momentIn(
  { fromUs, toUs }: Window,
  draw: (below: number) => number = randomInt,
): Target {
  if (toUs <= fromUs) return { kind: "latest" };
  // A draw has 48 bits: a window of nine years in microseconds.
  return { kind: "time", us: fromUs + draw(toUs - fromUs + 1) };
}
