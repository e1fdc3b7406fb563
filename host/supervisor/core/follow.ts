import type { Certificate } from "./certificate";
import type { Memory } from "./memory";
import type { GroupRecord } from "./messages";
import { isCertified, type NodeState } from "./node-state";
import { isConfirmed, mayRemember, servingElsewhere } from "./who-serves";

/**
 * Takes over what a peer knows as the latest group. An operator's group ends beside a group that serves,
 * never the other way round: it is not followed before every other node was heard, or has been silent for so
 * long that it does not serve by this node's word any more.
 *
 * @param isSure true if that is so for every node but the founder and this one; see `Peers.isSureBeside`.
 * @throws what the disk throws.
 */
export function follow(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
  { certificate, lastView }: GroupRecord,
  isSure: boolean,
): void {
  const isUnsure = !isSure || isBeside(certificate, self, peers, nodeCount);
  if (certificate.kind === "override" && isUnsure) return;
  memory.adopt(certificate, lastView?.epoch === certificate.epoch ? lastView : null);
}

/** True if the group is another one than that which this node is in, or which a majority serves in. */
function isBeside(
  { groupId }: Certificate,
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): boolean {
  if (isCertified(self) && self.groupId !== groupId) return true;
  const serving = servingElsewhere({ ...self, groupId }, [self, ...peers], nodeCount);
  return serving !== undefined;
}

/**
 * Draws what follows for the memory from what the peers say now; returns what is worth a line in the
 * journal. @throws what the disk throws.
 */
export function settle(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): string | undefined {
  // Before anybody else can come in: from then on others may have what this node has not.
  if (self.sole && isCertified(self) && peers.some(({ ready }) => ready)) memory.setSole(false);
  if (self.alone && isConfirmed(self, peers, nodeCount)) memory.setKnown();
  if (mayRemember(self, peers, nodeCount)) {
    memory.regain();
    return "this node counts: it is a member of a group that others know";
  }
  const serving = servingElsewhere(self, peers, nodeCount);
  const serves = isCertified(self) && !self.alone;
  if (!serving || serves || self.certificate?.kind !== "override") return undefined;
  if (serving.groupId === self.certificate.groupId) return undefined;
  memory.yieldTo(serving.certificate!, serving.lastView!);
  return `the group that an operator made gives way to that of ${serving.node}`;
}
