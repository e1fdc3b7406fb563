import type { Ancestor, Lineage } from "./ancestor";
import type { Certificate } from "./certificate";
import { includes, missingFrom } from "./gtid";
import { isCertified, type NodeState } from "./node-state";

/** Groups that are remembered; who missed more of them takes a copy. */
const longest = 20;

/** How a group is called in a lineage. */
export function nameOf({ epoch, kind, founder, groupId }: Certificate): string {
  return kind === "inherited" ? groupId : ancestorName(epoch, founder);
}

function ancestorName(epoch: number, founder: string): string {
  return `${epoch}@${founder}`;
}

/** Epoch of an ancestor; 0 if it is from before epochs were agreed on. */
export function epochOf({ epoch }: Ancestor): number {
  return Number(/^(\d+)@/.exec(epoch)?.[1] ?? 0);
}

/**
 * The lineage of data that a group with that epoch is being made of. An attempt of this node that never
 * was a group makes place for the next one.
 */
export function founded(self: NodeState, epoch: number): Lineage {
  const before = hasVainAttempt(self) ? self.lineage.slice(0, -1) : self.lineage;
  const ancestor = { epoch: ancestorName(epoch, self.node), founding: self.gtid };
  return [...before, ancestor].slice(-longest);
}

/** A group that was there has a certificate, which its founder has on disk before it serves. */
function hasVainAttempt({ lineage, remembers, certificate }: NodeState): boolean {
  const last = lineage.at(-1);
  return remembers && last !== undefined && epochOf(last) > (certificate?.epoch ?? 0);
}

/** The lineage of the group that these are members of; empty if none of them knows. */
export function lineageOf(members: readonly NodeState[]): Lineage {
  const isKnown = (one: NodeState) =>
    isCertified(one) && one.lineage.at(-1)?.epoch === nameOf(one.certificate!);
  return members.find(isKnown)?.lineage ?? [];
}

/**
 * GTID sets that the first groups were made of which only one of two lineages has: where they part,
 * each group was made of what its maker had. None if nobody wrote down the second lineage.
 */
export function partingFoundings(lineage: Lineage, group: Lineage): string[] {
  if (group.length === 0) return [];
  const epochs = group.map(({ epoch }) => epoch);
  const own = lineage.map(({ epoch }) => epochs.indexOf(epoch));
  const common = own.findLastIndex((at) => at >= 0);
  const parted = [lineage[common + 1], group[(own[common] ?? -1) + 1]];
  return parted.flatMap((ancestor) => (ancestor ? [ancestor.founding] : []));
}

/** Transactions of a node that are not those of the group, whatever their numbers. */
export function foundingExtra({ lineage, gtid }: NodeState, group: Lineage): string {
  const extras = partingFoundings(lineage, group).map((set) => missingFrom(set, gtid));
  return extras.find((extra) => extra !== "") ?? "";
}

/** True if a node has every transaction of another one, and not merely others of the same numbers. */
export function hasAllOf(self: NodeState, other: NodeState): boolean {
  return includes(self.gtid, other.gtid) && foundingExtra(other, self.lineage) === "";
}

/** True for a member whose group was another one when its transactions were compared. */
export function isOfAnotherGroup(self: NodeState, peers: readonly NodeState[]): boolean {
  const own = self.lineage.at(-1)?.epoch;
  if (!isCertified(self) || own === undefined || own === nameOf(self.certificate!)) return false;
  return lineageOf(peers.filter((peer) => peer.groupId === self.groupId)).length > 0;
}
