import { isLater, type LastView } from "./certificate";
import { isCertified, isMajority, type NodeState } from "./node-state";

/**
 * True if the node has the view on disk, or a later one of the same primary, and no vote binds it to a
 * later group.
 */
function knows(one: NodeState, view: LastView): boolean {
  const { remembers, lastView, vote } = one;
  // A node that has voted for a later group no longer confirms this one.
  const isBound = (vote?.epoch ?? 0) > view.epoch;
  const knowsPrimary = lastView?.primary === view.primary && lastView.epoch === view.epoch;
  return remembers && knowsPrimary && !isLater(view, lastView) && !isBound;
}

/** Number of nodes that know the view. */
export function countKnowing(nodes: readonly NodeState[], view: LastView): number {
  return nodes.filter((one) => knows(one, view)).length;
}

/**
 * True if so many nodes have recorded this node as the primary that any majority knows it after an outage
 * of all nodes. Before that, an acknowledged write could be lost together with this node.
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

/** True if the node's own record names it the primary of its certified group. */
export function isOwnPrimary(self: NodeState): boolean {
  const { node, lastView, certificate } = self;
  const isOfGroup = lastView !== null && lastView.epoch === certificate?.epoch;
  return isCertified(self) && isOfGroup && lastView.primary === node;
}

/**
 * True for the primary of a group that is whole and that no majority knows, because the other nodes are away or
 * know a later group. It serves nobody, and no other node can found a group beside it: only an operator's
 * override, given to this node, ends that.
 */
export function isUnconfirmedPrimary(
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): boolean {
  const { member, majority, alone } = self;
  const isPrimary = member?.state === "ONLINE" && member.role === "PRIMARY";
  return isPrimary && majority && !alone && !isConfirmed(self, peers, nodeCount);
}

/**
 * True if a node that does not remember may count again: it is a member of a certified group whose primary
 * is known to a majority without this node, or whose primary founded it alone.
 *
 * Every vote or record that the node forgot belongs to an earlier group then: that majority would have
 * refused to record this group otherwise.
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

/** A node of another group that serves a majority, as this node hears it; undefined if there is none. */
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
 * True for the only member of a group founded without a majority, while an app node reaches another
 * primary: commits acknowledged here would be lost to the other group.
 */
export function isContested(
  { alone, members }: Pick<NodeState, "alone" | "members">,
  isOtherReached: boolean,
): boolean {
  return isOtherReached && alone && members.length < 2;
}
