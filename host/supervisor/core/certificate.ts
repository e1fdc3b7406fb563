/**
 * What a group counts by. `majority`: most of the nodes that remember voted for its founding. `first`:
 * all nodes did, of which none knew of any group. `sole`: what was the only node made it. `override`: an
 * operator said so. `inherited`: it was there before groups had certificates.
 */
export type CertificateKind = "majority" | "first" | "sole" | "override" | "inherited";

/**
 * Says that a group was founded by agreement. A group that somebody makes by hand has none, so it never
 * serves, and its members leave it.
 */
export interface Certificate {
  /** Number of the group, which its founder and the voters agreed on: 1 to 2^53 - 1. */
  epoch: number;
  /** Name of the node that made the group. */
  founder: string;
  kind: CertificateKind;
  /** Names of the nodes that voted for the founding, the founder included. */
  voters: readonly string[];
  /** Fixed part of the group's view ids, which MySQL makes from a clock: only ever compared for equality. */
  groupId: string;
}

/** Who is the primary, as the primary itself says once its disk has all that was acknowledged before it. */
export interface LastView {
  /** Name of the primary. */
  primary: string;
  /** Epoch of the group. */
  epoch: number;
  /** Counter of the view id within the epoch: it rises when a member comes or goes. */
  counter: number;
  /** Rises with each change of the primary that leaves the view id as it is: a planned switch. */
  turn: number;
}

/** A founding that a node voted for, and that is neither known to be there nor given up. */
export interface Vote {
  epoch: number;
  /** Name of the node that may found a group with that epoch. */
  founder: string;
}

/** True if the view is later than the other one. */
export function isLater(a: LastView | null, b: LastView | null): boolean {
  if (!a || !b) return a !== null;
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.counter > b.counter || (a.counter === b.counter && a.turn > b.turn);
}

/** True if the two name different primaries and neither is later. */
export function isRival(a: LastView | null, b: LastView | null): boolean {
  return a !== null && b !== null && a.primary !== b.primary && !isLater(a, b) && !isLater(b, a);
}

/**
 * What a primary records; undefined if it says nothing new.
 *
 * @param heard a view of a peer: after a switch that came right upon a change of the view, the
 * former primary and the new one name themselves in the same rank. The one that is it now says so
 * again in a higher one; without that neither would be known to a majority.
 */
export function ownView(
  self: string,
  seen: Omit<LastView, "turn">,
  before: LastView | null,
  heard: LastView | null = null,
): LastView | undefined {
  if (seen.primary !== self) return undefined;
  if (before === null || isLater({ ...seen, turn: 0 }, { ...before, turn: 0 })) {
    return { ...seen, turn: 0 };
  }
  const same = before.epoch === seen.epoch && before.counter === seen.counter;
  const isDoubted = before.primary !== self || isRival(heard, before);
  return same && isDoubted ? { ...seen, turn: before.turn + 1 } : undefined;
}
