import { isLater } from "../core/certificate";
import type { NodeState } from "../core/node-state";

/**
 * How long a primary may go on serving whose MySQL lives and does not answer its supervisor, milliseconds.
 * Clients give up after 15 s: who has not answered for so long serves nobody.
 */
export const latestMs = 15_000;

/** What a supervisor knows of a MySQL that is late. */
export interface LateLook {
  /** How long ago the last look began that was answered, milliseconds. */
  ageMs: number;
  /** True if that look was one of a primary that served. */
  served: boolean;
  /** True if the same MySQL is still there: it has not closed the session that it was asked in. */
  lives: boolean;
}

/** True if a member is in the same view of the group, and the primary in it is `self`, which it reaches. */
function agrees(
  self: NodeState,
  { majority, groupId, members, onlinePrimary }: NodeState,
): boolean {
  const isSame = groupId !== null && groupId === self.groupId && members.includes(self.node);
  return majority && isSame && onlinePrimary === self.node;
}

/** True if somebody knows a later primary. */
function isReplaced(self: NodeState, peers: readonly NodeState[]): boolean {
  return peers.some(
    ({ lastView }) => lastView?.primary !== self.node && isLater(lastView, self.lastView),
  );
}

/**
 * True if a primary goes on serving though its supervisor has no fresh look at it. A MySQL that is short of
 * processor time answers late, and to be marked down would cut all sessions of the only primary. Nothing
 * is promised that only the own look could show: that this node is still the primary is what a majority
 * of all nodes says, itself counted, and no ONLINE member says otherwise. A member that is frozen is
 * unreachable for the others after five seconds (`DETECTOR_LIVE_TIMEOUT`, MySQL 9.7) and removed right
 * after that, which ends their agreement before another one is the primary. What they say is 1.5 s old at most,
 * and a primary that was removed meanwhile gets no majority for a commit: it acknowledges nothing.
 *
 * @param self as at the last look that was answered.
 * @param peers those that answered in the last 1.5 s.
 * @param nodeCount number of all database nodes.
 */
export function servesLate(
  self: NodeState,
  peers: readonly NodeState[],
  { ageMs, served, lives }: LateLook,
  nodeCount: number,
): boolean {
  if (!served || !lives || ageMs > latestMs) return false;
  if (nodeCount === 1) return true;
  if (self.lastView?.primary !== self.node) return false;
  const online = peers.filter(({ ready, member }) => ready && member?.state === "ONLINE");
  const agreeing = online.filter((peer) => agrees(self, peer));
  if (agreeing.length < online.length || isReplaced(self, peers)) return false;
  return (1 + agreeing.length) * 2 > nodeCount;
}
