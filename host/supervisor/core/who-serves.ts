import { isLater, type LastView } from "./certificate";
import { isCertified, isMajority, type NodeState } from "./node-state";

/** True if that node has the view, or a later one of the same primary, on disk, and may still keep to it. */
function knows(one: NodeState, view: LastView): boolean {
  const { remembers, lastView, vote } = one;
  // Who has voted for a later group since then does not stand by this one any more.
  const isBound = (vote?.epoch ?? 0) > view.epoch;
  const knowsPrimary = lastView?.primary === view.primary && lastView.epoch === view.epoch;
  return remembers && knowsPrimary && !isLater(view, lastView) && !isBound;
}

/** How many of the nodes know that view. */
export function countKnowing(nodes: readonly NodeState[], view: LastView): number {
  return nodes.filter((one) => knows(one, view)).length;
}

/**
 * True if so many nodes have put on disk that this node is the primary that any majority knows it
 * after a loss of all. Before, a write that it acknowledges could be forgotten with it.
 */
export function isConfirmed(
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): boolean {
  return (
    isOwnPrimary(self) && isMajority(countKnowing([self, ...peers], self.lastView!), nodeCount)
  );
}

/** True if the node's own record says that it is the primary of the certified group that it is in. */
export function isOwnPrimary(self: NodeState): boolean {
  const { node, lastView, certificate } = self;
  const isOfGroup = lastView !== null && lastView.epoch === certificate?.epoch;
  return isCertified(self) && isOfGroup && lastView.primary === node;
}

/**
 * True if a node that does not remember may count again: it is a member of a certified group whose
 * primary a majority knows that the node is not part of, or that was made without a majority.
 *
 * Whatever the node had voted for or recorded, and forgot, is of an earlier group then: that majority
 * would have refused to know this one.
 */
export function mayRemember(
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): boolean {
  if (self.remembers || !isCertified(self)) return false;
  const isOfGroup = (one: NodeState) => isCertified(one) && one.groupId === self.groupId;
  const primary = [self, ...peers].find(
    (one) => isOfGroup(one) && one.member?.role === "PRIMARY" && isOwnPrimary(one),
  );
  if (!primary) return false;
  return primary.alone || isMajority(countKnowing(peers, primary.lastView!), nodeCount);
}

/**
 * A group that a majority of the nodes knows and serves in, as this node hears it; undefined if it is
 * in that group itself or hears of none.
 */
export function servingElsewhere(
  self: Pick<NodeState, "groupId">,
  peers: readonly NodeState[],
  nodeCount: number,
): NodeState | undefined {
  return peers.find(
    (one) =>
      isOwnPrimary(one) &&
      one.majority &&
      one.groupId !== self.groupId &&
      isMajority(countKnowing(peers, one.lastView!), nodeCount),
  );
}

/**
 * True for the only member of a group that was made without a majority, while an app node reaches another
 * primary: what this one acknowledged would be given up for the other's group.
 */
export function isContested(
  { alone, members }: Pick<NodeState, "alone" | "members">,
  isOtherReached: boolean,
): boolean {
  return isOtherReached && alone && members.length < 2;
}
