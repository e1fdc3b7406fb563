import { missingFrom } from "./gtid";
import type { Lineage, NodeState } from "./view";

/** Beginning of the epoch of a group that is being made. */
const pending = "pending-";

/** Groups that are remembered; who missed more of them takes a copy. */
const longest = 20;

/** Epoch of the group that data is in; undefined if none was written down. */
function epochOf(lineage: Lineage): string | undefined {
  return lineage.at(-1)?.epoch;
}

/** True while the group of that node is being made. */
export function isPending({ lineage }: NodeState): boolean {
  return epochOf(lineage)?.startsWith(pending) ?? false;
}

/**
 * The lineage of data that a group is being made of. One that was being made before stays in it: it
 * may have been there, with writes, for as long as it takes to be known to be.
 *
 * @param attempt a name that no other attempt has.
 */
export function founded({ lineage, gtid }: NodeState, attempt: string): Lineage {
  const last = lineage.at(-1);
  if (last?.epoch.startsWith(pending) && last.founding === gtid) return lineage;
  return [...lineage, { epoch: `${pending}${attempt}`, founding: gtid }].slice(-longest);
}

/** The lineage of a group that was being made and is there now. */
export function settled(lineage: Lineage, epoch: string): Lineage {
  const last = lineage.at(-1);
  return last?.epoch.startsWith(pending) ? [...lineage.slice(0, -1), { ...last, epoch }] : lineage;
}

/** The lineage of the group that these are members of; empty if none of them knows. */
export function lineageOf(members: readonly NodeState[]): Lineage {
  const isKnown = ({ epoch, lineage }: NodeState) => epoch !== null && epochOf(lineage) === epoch;
  return members.find(isKnown)?.lineage ?? [];
}

/**
 * Transactions of a node that are not those of the group, whatever their numbers: where the two
 * lineages part, each group was made of what its maker had, and what lies beyond differs.
 */
export function foundingExtra({ lineage, gtid }: NodeState, group: Lineage): string {
  if (group.length === 0) return "";
  const epochs = group.map(({ epoch }) => epoch);
  const own = lineage.map(({ epoch }) => epochs.indexOf(epoch));
  const common = own.findLastIndex((at) => at >= 0);
  const parted = [lineage[common + 1], group[(own[common] ?? -1) + 1]];
  const extras = parted.map((one) => (one ? missingFrom(one.founding, gtid) : ""));
  return extras.find((extra) => extra !== "") ?? "";
}

/** True for a member whose group was another one when its transactions were compared. */
export function isOfAnotherGroup(self: NodeState, peers: readonly NodeState[]): boolean {
  const { epoch, lineage } = self;
  const own = epochOf(lineage);
  if (epoch === null || own === undefined || own === epoch || isPending(self)) return false;
  return lineageOf(peers.filter((peer) => peer.epoch === epoch)).length > 0;
}
