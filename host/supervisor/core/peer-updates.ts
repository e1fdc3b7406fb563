import type { Certificate } from "./certificate";
import { isDoubted } from "./doubt";
import type { Electorate } from "./electorate";
import type { Memory } from "./memory";
import type { GroupRecord } from "./messages";
import { nextElectorate } from "./resize";
import { isCertified, type NodeState } from "./node-state";
import { isConfirmed, mayRemember, primaryOf, servingElsewhere } from "./who-serves";

/**
 * Adopts the latest group that a peer knows. A group founded by an override ends beside a group that
 * serves, never the other way round. So such a group is adopted only once every other node has answered, and is
 * in no other group with a certificate, or has been silent for so long that it no longer serves on the strength
 * of this node's answers. And a node that knows a later view than the founder knew waits for an operator.
 *
 * @param isSure true if that holds for every node but the founder and this one; see `Peers.areOthersAccountedFor`.
 *
 * @throws what the disk throws.
 */
export function adoptFromPeer(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  { certificate, lastView }: GroupRecord,
  isSure: boolean,
  nodes: readonly string[],
): void {
  const isUnsure =
    !isSure || isBeside(certificate, self, peers) || isDoubted(certificate, self, peers, nodes);
  if (certificate.kind === "override" && isUnsure) return;
  memory.adopt(certificate, lastView?.epoch === certificate.epoch ? lastView : null);
}

/**
 * True if another group with a certificate is running: its members have what it acknowledged, even while no
 * majority confirms its primary.
 */
function isBeside({ groupId }: Certificate, self: NodeState, peers: readonly NodeState[]): boolean {
  const isOther = (one: NodeState) => isCertified(one) && one.groupId !== groupId;
  return isOther(self) || peers.some((peer) => isOther(peer) && peer.majority);
}

/**
 * Updates the memory from the current states of the peers; returns a line for the journal if there is one.
 * @throws what the disk throws.
 */
export function updateFromPeers(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): string | undefined {
  if (self.remembers && !self.electorate) memory.elect(configured(self, nodes));
  const electorate = nextElectorate(self, peers, nodes);
  if (electorate) {
    memory.elect(electorate);
    return describeElectorate(electorate);
  }
  // Before another node can join: from then on others may have transactions that this node lacks.
  if (self.sole && isCertified(self) && peers.some(({ ready }) => ready)) memory.setSole(false);
  if (self.alone && isGroupConfirmed(self, peers, nodes)) memory.setKnown();
  if (mayRemember(self, peers, nodes)) {
    memory.countAgain();
    return "this node counts in a majority again: it is a member of a group that others know";
  }
  const serving = servingElsewhere(self, peers, nodes);
  const serves = isCertified(self) && !self.alone;
  if (!serving || serves || self.certificate?.kind !== "override") return undefined;
  if (serving.groupId === self.certificate.groupId) return undefined;
  memory.yieldTo(serving.certificate!, serving.lastView!);
  return `the group founded by an operator's override gives way to the group of ${serving.node}`;
}

/** True if a majority knows the primary of this node's group, whichever member that is. */
function isGroupConfirmed(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): boolean {
  const primary = primaryOf(self, peers);
  const others = [self, ...peers].filter((one) => one !== primary);
  return primary !== undefined && isConfirmed(primary, others, nodes);
}

/** The electorate of a node that has recorded none yet: the list that it is configured with. */
function configured(self: NodeState, nodes: readonly string[]): Electorate {
  return { members: self.sole ? [self.node] : nodes, by: null, step: 0 };
}

function describeElectorate({ members, next }: Electorate): string {
  return next
    ? `majorities are counted over ${members.join(", ")}, and over ${next.join(", ")}: the number of nodes changes`
    : `majorities are counted over ${members.join(", ")}`;
}
