import { isLater, type LastView } from "./certificate";
import { allOf, type Electing, isBehind, isMajorityOf, listsOf } from "./electorate";
import { isCertified, type NodeState } from "./node-state";

/**
 * True if the node has the view on disk, or a later one of the same primary, and neither a vote binds it to a
 * later group, nor does it know a later electorate than the primary.
 */
function knows(one: NodeState, view: LastView, primary: Electing): boolean {
  const { remembers, lastView, vote } = one;
  // A node that has voted for a later group no longer confirms this one.
  const isBound = (vote?.epoch ?? 0) > view.epoch;
  const knowsPrimary = lastView?.primary === view.primary && lastView.epoch === view.epoch;
  return (
    remembers && knowsPrimary && !isLater(view, lastView) && !isBound && !isBehind(primary, one)
  );
}

/** Names of the nodes that know the view of a primary, by its own record. */
export function knowing(
  states: readonly NodeState[],
  primary: Pick<NodeState, "lastView" | "electorate">,
): string[] {
  const { lastView } = primary;
  if (!lastView) return [];
  return states.filter((one) => knows(one, lastView, primary)).map(({ node }) => node);
}

/**
 * True if so many nodes have recorded this node as the primary that any majority knows it after an outage
 * of all nodes. Before that, an acknowledged write could be lost together with this node.
 *
 * @param nodes names of all nodes, as this node is configured; see `listsOf`.
 */
export function isConfirmed(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): boolean {
  return isOwnPrimary(self) && isMajorityOf(knowing([self, ...peers], self), listsOf(self, nodes));
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
  nodes: readonly string[],
): boolean {
  const { member, majority, alone } = self;
  const isPrimary = member?.state === "ONLINE" && member.role === "PRIMARY";
  return isPrimary && majority && !alone && !isConfirmed(self, peers, nodes);
}

/** The primary of the certified group that this node is in, by its own record; undefined if none is seen. */
export function primaryOf(self: NodeState, peers: readonly NodeState[]): NodeState | undefined {
  return [self, ...peers].find(
    (one) => isFellow(one, self) && one.member?.role === "PRIMARY" && isOwnPrimary(one),
  );
}

/** True if both are members of one certified group. */
function isFellow(one: NodeState, self: NodeState): boolean {
  return isCertified(one) && isCertified(self) && one.groupId === self.groupId;
}

/**
 * True if a node that does not remember may count again: it is a member of a certified group whose primary
 * is known to a majority without this node, or whose primary founded it alone, or which every node is in (`isWhole`).
 *
 * Every vote or record that the node forgot belongs to an earlier group then: that majority would have
 * refused to record this group otherwise.
 */
export function mayRemember(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): boolean {
  if (self.remembers) return false;
  const primary = primaryOf(self, peers);
  if (!primary) return false;
  // What the node forgot of the electorate is in that of the primary.
  const isLearned = !primary.electorate || (!!self.electorate && !isBehind(self, primary));
  const isKnown = isMajorityOf(knowing(peers, primary), listsOf(primary, nodes));
  return isLearned && (primary.alone || isKnown || isWhole([self, ...peers], primary, nodes));
}

/**
 * True if every node is a member of the group and has the view of its primary on disk, and the founder never saw a
 * majority that knew the group. The founder's word was enough as long as the founder was the primary; it may lose
 * the role before a majority remembers. No node is left then that could know of a later group.
 */
function isWhole(
  states: readonly NodeState[],
  primary: NodeState,
  nodes: readonly string[],
): boolean {
  const { lastView, certificate } = primary;
  const knownNames = ({ list, electorate }: NodeState) => [
    ...(list ?? []),
    ...allOf(listsOf({ electorate }, [])),
  ];
  const names = [...nodes, ...states.flatMap(knownNames)];
  const isIn = (one: NodeState) =>
    isFellow(one, primary) && knows({ ...one, remembers: true }, lastView!, primary);
  const inside = states.filter(isIn);
  return (
    inside.some(
      ({ node, alone, remembers }) => node === certificate!.founder && alone && remembers,
    ) && names.every((name) => inside.some(({ node }) => node === name))
  );
}

/** A node of another group that serves a majority, as this node hears it; undefined if there is none. */
export function servingElsewhere(
  self: Pick<NodeState, "groupId">,
  peers: readonly NodeState[],
  nodes: readonly string[],
): NodeState | undefined {
  return peers.find(
    (one) =>
      isOwnPrimary(one) &&
      one.majority &&
      one.groupId !== self.groupId &&
      isMajorityOf(knowing(peers, one), listsOf(one, nodes)),
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
