/** Longest GTID set in a certificate, characters: the record of the memory has at most 4 KiB. */
export const longestHad = 700;

/** What entitles a node to found a group; see {@link CertificateKind}. */
export type FoundingKind = "majority" | "first" | "sole" | "override";

/**
 * What a certificate rests on. `majority`: more than half of all nodes voted, and all voters remember.
 * `first`: all nodes voted, and none knew of any group. `sole`: the only node of the stack made the group.
 * `override`: an operator ordered it. `inherited`: the group is older than certificates.
 */
export type CertificateKind = FoundingKind | "inherited";

/**
 * Proof that a group was founded by agreement. A group that somebody bootstraps by hand has no
 * certificate: it never serves, and its members leave it.
 */
export interface Certificate {
  /** Number of the group, agreed on by founder and voters: 1 to 2^53 - 1. */
  epoch: number;
  /** Name of the node that bootstrapped the group. */
  founder: string;
  kind: CertificateKind;
  /** Names of the nodes that voted for the founding, the founder included. */
  voters: readonly string[];
  /** Fixed part of the group's view ids. MySQL makes it from a clock, so it is only compared for equality. */
  groupId: string;
  /**
   * For an override: the latest view that the founder and the nodes that it saw knew; null: none. Absent: of an
   * earlier supervisor. A node that knows a later view waits for an operator, see `isDoubted`.
   */
  knew?: LastView | null;
  /**
   * For an override: GTID set of the trusted transactions that the founder and the nodes that it saw had, at most
   * `longestHad` characters; longer sets lack their smallest intervals. Absent: of an earlier supervisor.
   */
  had?: string;
}

/**
 * Who is the primary. The primary itself records this, once its disk has everything that was acknowledged
 * before.
 */
export interface LastView {
  /** Name of the primary. */
  primary: string;
  /** Epoch of the group. */
  epoch: number;
  /** Counter of the view id within the epoch: it rises when a member comes or goes. */
  counter: number;
  /** Rises with each change of the primary that leaves the view id unchanged: a planned switch. */
  turn: number;
}

/** Vote of a node for a founding that is neither confirmed nor abandoned yet. */
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

/** The latest of the views; null if there is none. */
export function latestView(views: readonly (LastView | null)[]): LastView | null {
  return views.reduce((latest, view) => (isLater(view, latest) ? view : latest), null);
}

/** True if the two views name different primaries and neither view is later. */
export function isConflicting(a: LastView | null, b: LastView | null): boolean {
  return a !== null && b !== null && a.primary !== b.primary && !isLater(a, b) && !isLater(b, a);
}

/**
 * The view that a primary records; undefined if nothing changed.
 *
 * @param heard view that a peer knows. After a switch right after a view change, the former and the new
 * primary record views of the same rank. The present primary then records a higher turn; otherwise no
 * majority would know either view.
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
  const isDoubted = before.primary !== self || isConflicting(heard, before);
  return same && isDoubted ? { ...seen, turn: before.turn + 1 } : undefined;
}
