import { type Ancestor, ancestorName, epochOf, type Lineage, lineageName } from "./ancestor";
import type { FoundingKind } from "./certificate";
import { includes, intersection, missingFrom } from "./gtid";
import { isCertified, type NodeState } from "./node-state";

/** Most groups in a lineage. A node that missed more groups is cloned. */
const longest = 20;

/**
 * Lineage of this node's data once it founds a group with that epoch. What is not trusted is not of the founding: a node
 * that has other transactions of the same numbers becomes a clone. The entry of a failed attempt of
 * this node is replaced.
 */
export function foundingLineage(self: NodeState, epoch: number, kind: FoundingKind): Lineage {
  const before = hasVainAttempt(self) ? self.lineage.slice(0, -1) : self.lineage;
  const ancestor: Ancestor = {
    epoch: ancestorName(epoch, self.node),
    founding: trustedPart(self).gtid,
    ...(kind === "override" ? { override: true } : {}),
  };
  return [...before, ancestor].slice(-longest);
}

/**
 * True if the last entry is a failed founding: a founder has its certificate on disk before the group
 * serves.
 */
function hasVainAttempt({ lineage, remembers, certificate }: NodeState): boolean {
  const last = lineage.at(-1);
  return remembers && last !== undefined && epochOf(last) > (certificate?.epoch ?? 0);
}

/**
 * Lineage of the group with these members; empty if none of them knows. A later entry is that of a certificate
 * that was never given.
 */
export function lineageOf(members: readonly NodeState[]): Lineage {
  const upToOwn = (one: NodeState) => {
    if (!isCertified(one)) return [];
    const own = lineageName(one.certificate!);
    return one.lineage.slice(0, 1 + one.lineage.findLastIndex(({ epoch }) => epoch === own));
  };
  return members.map(upToOwn).find((lineage) => lineage.length > 0) ?? [];
}

/**
 * GTID sets at the foundings after the two lineages diverge: each of these groups was founded with what its
 * founder had. A later one may have less than an earlier one, since an operator's override founds a group with
 * what that one node has. Empty if the group's lineage was never written down.
 */
export function divergingFoundings(lineage: Lineage, group: Lineage): string[] {
  if (group.length === 0) return [];
  const epochs = group.map(({ epoch }) => epoch);
  const own = lineage.map(({ epoch }) => epochs.indexOf(epoch));
  const common = own.findLastIndex((at) => at >= 0);
  const parted = [...lineage.slice(common + 1), ...group.slice((own[common] ?? -1) + 1)];
  return parted.map(({ founding }) => founding);
}

/**
 * GTID sets that must all contain a transaction of a node for it to be the group's: the foundings after the lineages
 * diverge, and what the node had before it was in a group without a certificate.
 */
export function trustedSets({ lineage, trustedGtid }: NodeState, group: Lineage): string[] {
  return [...divergingFoundings(lineage, group), ...(trustedGtid == null ? [] : [trustedGtid])];
}

/** Transactions of a node that are not the group's, although the group may have the same GTIDs. */
export function foundingExtra(self: NodeState, group: Lineage): string {
  const extras = trustedSets(self, group).map((set) => missingFrom(set, self.gtid));
  return extras.find((extra) => extra !== "") ?? "";
}

/** The node as far as its data can be trusted: without transactions of a group that has no certificate. */
export function trustedPart(state: NodeState): NodeState {
  const { gtid, trustedGtid } = state;
  return trustedGtid == null
    ? state
    : { ...state, gtid: intersection(gtid, trustedGtid), trustedGtid: null };
}

/** True if `self` has every transaction of `other`, and not merely the same GTIDs. */
export function hasAllTransactionsOf(self: NodeState, other: NodeState): boolean {
  return includes(self.gtid, other.gtid) && foundingExtra(other, self.lineage) === "";
}

/** True for a member whose transactions were compared with another group than the one that it is in. */
export function isOfAnotherGroup(self: NodeState, peers: readonly NodeState[]): boolean {
  const own = self.lineage.at(-1)?.epoch;
  if (!isCertified(self) || own === undefined || own === lineageName(self.certificate!))
    return false;
  return lineageOf(peers.filter((peer) => peer.groupId === self.groupId)).length > 0;
}
