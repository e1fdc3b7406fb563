import type { NodeState } from "../core/node-state";
import { countKnowing, isContested, isOwnPrimary, isUnconfirmedPrimary } from "../core/who-serves";
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
  const confirms = (one: NodeState) => countKnowing([one], self.lastView!) > 0;
  const confirming = [self, ...peers].filter(confirms).map(({ node }) => node);
  const others = nodes.filter((name) => !confirming.includes(name));
  const needed = Math.floor(nodes.length / 2) + 1;
  const found = `${confirming.length} of ${nodes.length} nodes confirm it, and ${needed} must (not ${others.join(", ")})`;
  if (!isUnconfirmedPrimary(self, peers, nodes.length)) return found;
  return `${found}: start these nodes; if they do not come back, npm run db:override -- ${self.node}`;
}
