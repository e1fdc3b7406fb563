import { type Certificate, isLater, latestView, longestHad } from "./certificate";
import { allOf, isMajorityOf, listsOf } from "./electorate";
import { includes, largestIntervals } from "./gtid";
import { trustedPart } from "./lineage";
import type { NodeState } from "./node-state";
import { isOwnPrimary, isUnconfirmedPrimary } from "./who-serves";

type Knowing = Pick<NodeState, "node" | "remembers" | "certificate" | "lastView" | "electorate">;

/** What an operator's override rests on: what its founder and the nodes that it sees know and have. */
export function knownAtOverride(states: readonly NodeState[]): Pick<Certificate, "knew" | "had"> {
  const sets = states.map((one) => trustedPart(one).gtid).filter((set) => set !== "");
  return {
    knew: latestView(states.map(({ lastView }) => lastView)),
    had: largestIntervals(sets.join(","), longestHad),
  };
}

/** True if the node knows the view that the founder knew, and has transactions that no node had that the founder saw. */
function hasMore(self: NodeState, { knew, had }: Certificate): boolean {
  const { lastView, cloneIncomplete } = self;
  if (had === undefined || !lastView || !knew || cloneIncomplete) return false;
  const isSameView = !isLater(lastView, knew) && !isLater(knew, lastView);
  return isSameView && !includes(had, trustedPart(self).gtid);
}

/**
 * True if this node must not follow a group that an operator's override founded: it knows a later view than the founder
 * knew, or of the same view transactions that the founder did not see, and a majority may have confirmed that view. So its
 * primary may have acknowledged writes that the group lacks. Only an operator can choose between the two, with another
 * override.
 *
 * @param peers the nodes that answer. Every other node may know the view too.
 */
export function isDoubted(
  certificate: Certificate,
  self: NodeState,
  peers: readonly Knowing[],
  nodes: readonly string[],
): boolean {
  const { kind, knew, epoch, groupId, founder } = certificate;
  const { lastView, certificate: own } = self;
  if (kind !== "override" || knew === undefined || self.node === founder) return false;
  if (own?.groupId === groupId || epoch < (own?.epoch ?? 0)) return false;
  if (!isLater(lastView, knew) && !hasMore(self, certificate)) return false;
  // A node that follows the group by now did not know the view, or it would have doubted the group too.
  const isWithout = (one: Knowing) =>
    one.remembers && (isLater(lastView, one.lastView) || one.certificate?.groupId === groupId);
  const without = [founder, ...peers.filter(isWithout).map(({ node }) => node)];
  const lists = listsOf(self, nodes);
  return isMajorityOf(
    allOf(lists).filter((node) => !without.includes(node)),
    lists,
  );
}

/** The peers whose latest group this node must not follow. */
export function doubtedPeers(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): NodeState[] {
  return peers.filter(
    ({ ready, certificate }) => ready && certificate && isDoubted(certificate, self, peers, nodes),
  );
}

/**
 * True for a primary that an operator's override may give another certificate without a new group: no majority confirms
 * it, or a peer must not follow its group.
 */
export function mayCertifyInPlace(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): boolean {
  if (isUnconfirmedPrimary(self, peers, nodes)) return true;
  const isPrimary = isOwnPrimary(self) && self.member?.role === "PRIMARY";
  const isDoubter = (one: NodeState) => {
    const others = [self, ...peers].filter(({ node }) => node !== one.node);
    return doubtedPeers(one, others, nodes).includes(self);
  };
  return isPrimary && peers.some((one) => one.ready && isDoubter(one));
}

/** Reason to wait of a node that doubts the group of another node. */
export function whyDoubted(self: NodeState, other: NodeState): string {
  const { primary, epoch } = self.lastView!;
  const founder = other.certificate!.founder;
  return (
    `${primary}, as the primary of epoch ${epoch}, may have acknowledged writes that ${founder} did not know of ` +
    `when an operator made it found a group; an operator must choose whose data stays: npm run db:override -- ${founder}, ` +
    `or stop MySQL on ${founder} and, if no group starts then, npm run db:override -- ${primary}`
  );
}
