import { isLater } from "../core/certificate";
import { isMajorityOf, listsOf } from "../core/electorate";
import type { NodeState } from "../core/node-state";

/**
 * How long a primary goes on serving while its MySQL runs but does not answer its supervisor,
 * milliseconds. Clients give up after 15 s, so a longer silence serves nobody.
 */
export const maxSilentMs = 15_000;

/** What a supervisor knows of a MySQL that answers late. */
export interface LatePoll {
  /** Age of the last answered poll, milliseconds, from its start. */
  ageMs: number;
  /** True if that poll showed a serving primary. */
  served: boolean;
  /** True if the same MySQL process still runs: it has not closed the polling session. */
  lives: boolean;
}

/** True if the member is in the same view as `self`, with `self` as its reachable primary. */
function agrees(
  self: NodeState,
  { majority, groupId, members, onlinePrimary }: NodeState,
): boolean {
  const isSame = groupId !== null && groupId === self.groupId && members.includes(self.node);
  return majority && isSame && onlinePrimary === self.node;
}

/** True if a peer knows a later primary. */
function isReplaced(self: NodeState, peers: readonly NodeState[]): boolean {
  return peers.some(
    ({ lastView }) => lastView?.primary !== self.node && isLater(lastView, self.lastView),
  );
}

/**
 * True if a primary goes on serving without a fresh poll of its MySQL. A MySQL that lacks processor time
 * answers late; marking it down would cut all sessions of the only primary. Safety does not depend on the
 * own poll: a majority of all nodes, this one included, reports this node as the primary, and no ONLINE
 * member reports otherwise. A frozen member is unreachable for the others after five seconds
 * (`DETECTOR_LIVE_TIMEOUT`, MySQL 9.7) and removed right after that, so their agreement ends before
 * another primary exists. Their reports are at most 1.5 s old, and a primary that was removed meanwhile
 * gets no majority for a commit: it acknowledges nothing.
 *
 * @param self state at the last answered poll.
 *
 * @param peers states of the peers that answered in the last 1.5 s.
 *
 * @param nodes names of all database nodes, as configured.
 */
export function servesLate(
  self: NodeState,
  peers: readonly NodeState[],
  { ageMs, served, lives }: LatePoll,
  nodes: readonly string[],
): boolean {
  if (!served || !lives || ageMs > maxSilentMs) return false;
  if (nodes.length === 1) return true;
  if (self.lastView?.primary !== self.node) return false;
  const online = peers.filter(({ ready, member }) => ready && member?.state === "ONLINE");
  const agreeing = online.filter((peer) => agrees(self, peer));
  if (agreeing.length < online.length || isReplaced(self, peers)) return false;
  const names = [self, ...agreeing].map(({ node }) => node);
  return isMajorityOf(names, listsOf(self, nodes));
}
