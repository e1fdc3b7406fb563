import type { Decision } from "../core/decision";
import { isMajorityOf, listsOf } from "../core/electorate";
import type { Situation } from "../core/decide";
import { isInGroup, type NodeState } from "../core/node-state";

const reason = "the disk is nearly full";

/** True if a majority are ONLINE members even without `self`. */
function isSpared(nodes: readonly string[], self: NodeState, peers: readonly NodeState[]): boolean {
  const online = peers.filter(({ ready, member }) => ready && member?.state === "ONLINE");
  return isMajorityOf(
    online.map(({ node }) => node),
    listsOf(self, nodes),
  );
}

/** True if no other full secondary leaves before `self`, so that two never leave at once. */
function isLastInLine(nodes: readonly string[], self: NodeState, peers: readonly NodeState[]) {
  return peers.every(
    ({ node, diskFull, member }) =>
      !(diskFull && member?.state === "ONLINE" && member.role === "SECONDARY") ||
      nodes.indexOf(node) < nodes.indexOf(self.node),
  );
}

/**
 * Decision of a member whose disk is nearly full. The primary hands over to a member with free space. A
 * secondary leaves, because a full secondary would stall the whole group. It stays while the group needs
 * it for a majority of all nodes (data grows on all disks alike), until its disk has no space left at all.
 */
function memberShortOfSpace(
  nodes: readonly string[],
  self: NodeState,
  peers: readonly NodeState[],
): Decision {
  if (!self.diskFull || self.member!.state !== "ONLINE") return { type: "nothing" };
  if (self.member!.role !== "PRIMARY") {
    const isFree = isSpared(nodes, self, peers) && isLastInLine(nodes, self, peers);
    return isFree || self.diskSpent ? { type: "leave", reason } : { type: "nothing" };
  }
  const successor = peers.find(
    ({ ready, member, diskFull }) =>
      ready && !diskFull && member?.state === "ONLINE" && member.role === "SECONDARY",
  );
  // The disk still has space: a switch that fails is repeated, and the primary serves meanwhile.
  return successor
    ? { type: "handOver", to: successor.node, reason, ifItHangs: "giveUp" }
    : { type: "nothing" };
}

/**
 * Decision of a node outside the group: it waits if the group does not need it, or if its disk has no
 * space at all.
 */
function outsideShortOfSpace(
  nodes: readonly string[],
  self: NodeState,
  peers: readonly NodeState[],
): Decision | undefined {
  const waits = self.diskSpent || (self.diskFull && isSpared(nodes, self, peers));
  return waits ? { type: "wait", reason } : undefined;
}

/** The decision `made`, or one that a nearly full disk demands instead. */
export function withDiskPressure(
  made: Decision,
  { nodes, self, peers }: Pick<Situation, "nodes" | "self" | "peers">,
): Decision {
  if (!self.ready) return made;
  if (!isInGroup(self)) return outsideShortOfSpace(nodes, self, peers) ?? made;
  return made.type === "nothing" ? memberShortOfSpace(nodes, self, peers) : made;
}
