import { allOf, isMajorityOf, listsOf } from "../core/electorate";
import type { NodeState } from "../core/node-state";
import { isContested, isOwnPrimary, isUnconfirmedPrimary, knowing } from "../core/who-serves";
import type { ReachedPrimary } from "./override";

/** Whether a node takes writes, as its supervisor reports it to root of its host. */
export interface Writes {
  /** True if the proxies send writes to this node. */
  servesWrites: boolean;
  /** Why a primary takes no writes, with the remedy; empty for one that takes them, and for every other node. */
  noWrites: string;
}

/** What a primary knows of the others. */
export interface WritesSight {
  /** Names of all database nodes. */
  nodes: readonly string[];
  /** States of the peers that answer. */
  peers: readonly NodeState[];
  /** A primary other than this node that an app node reaches. */
  otherPrimary: ReachedPrimary | undefined;
}

/** Why a node that the proxies send no writes to takes none, with the remedy; empty if the node is no ONLINE primary. */
export function whyNoWrites(self: NodeState, sight: WritesSight): string {
  const { member, majority, diskSpent, writable, certificate, groupId } = self;
  const { otherPrimary } = sight;
  if (member?.state !== "ONLINE" || member.role !== "PRIMARY") return "";
  if (isContested(self, otherPrimary !== undefined)) {
    return `the app node ${otherPrimary!.by} reaches ${otherPrimary!.primary} as the primary`;
  }
  if (!majority) return "its group has no majority";
  if (diskSpent) {
    return "its data disk has almost no free space: set a larger db.volumeGb, or give the servers a larger type";
  }
  if (!writable) return "its MySQL is read-only";
  if (groupId !== certificate?.groupId) return "its group has no valid certificate";
  if (!isOwnPrimary(self)) return "it has not recorded yet that it is the primary";
  return unconfirmed(self, sight);
}

function unconfirmed(self: NodeState, { nodes, peers }: WritesSight): string {
  const confirming = knowing([self, ...peers], self);
  const lists = listsOf(self, nodes);
  const counts = lists
    .filter((list) => !isMajorityOf(confirming, [list]))
    .map((list) => {
      const count = list.filter((name) => confirming.includes(name)).length;
      return `${count} of ${list.length} nodes confirm it, and ${Math.floor(list.length / 2) + 1} must`;
    });
  const others = allOf(lists).filter((name) => !confirming.includes(name));
  const found = `${counts.join("; ")} (not ${others.join(", ")})`;
  if (!isUnconfirmedPrimary(self, peers, nodes)) return found;
  return `${found}: start these nodes; if they do not come back, npm run db:override -- ${self.node}`;
}
