import type { SimulatedNode } from "./node";

/** A group as its members see it. */
export interface Group {
  /** Fixed part of its view ids. */
  groupId: string;
  counter: number;
  primary: SimulatedNode;
  members: Set<SimulatedNode>;
  /** Transactions of this view, in order. */
  log: number[];
  /** True if something is about to write in a group that was made by hand. */
  isWrittenTo: boolean;
  /** Transactions that something on the primary wrote, although the group has no certificate. */
  strayWrites: number;
  /** How many of them were delivered to a member. */
  delivered: Map<SimulatedNode, number>;
  /** Since when members cannot be reached, by member. */
  lostSince: Map<SimulatedNode, number>;
}

/** A group that one node has just made. */
export function groupOf(groupId: string, primary: SimulatedNode): Group {
  return {
    ...{ groupId, counter: 1, primary, members: new Set([primary]) },
    ...{ log: [], isWrittenTo: false, strayWrites: 0, delivered: new Map(), lostSince: new Map() },
  };
}
