import type { Decision } from "./decision";
import { missingFrom } from "./gtid";
import { foundingExtra, lineageOf } from "./lineage";
import type { NodeState } from "./node-state";
import { isOwnPrimary } from "./who-serves";

/** Reason to wait of a node that the group still lists as a member. */
export const notNoticed = "the group has not noticed yet that this member is gone";

export const noData = "an interrupted clone left this node without data";

/** A peer without data while one member alone has all of it: no other node may give up its data then. */
export function copying(
  peers: readonly NodeState[],
  group: readonly NodeState[],
): NodeState | undefined {
  return group.length > 1 ? undefined : peers.find(({ cloneIncomplete }) => cloneIncomplete);
}

/** A node that the group still lists as a member waits; any other node joins or is rebuilt. */
export function joinOrRebuild(
  self: NodeState,
  group: readonly NodeState[],
  copied: NodeState | undefined,
): Decision {
  const next = intoGroup(self, group, copied);
  const isKnown = group.some(({ members }) => members.includes(self.node));
  // Joining earlier would keep the group from noticing that its old member is gone.
  return isKnown ? { type: "wait", reason: notNoticed, instead: next } : next;
}

/** True for a primary that has recorded its view: its disk has all that was acknowledged before. */
function hasEverything(member: NodeState): boolean {
  return member.member?.role === "PRIMARY" && isOwnPrimary(member);
}

function whyExtra({ trustedGtid }: NodeState): string {
  return trustedGtid == null
    ? "this node has transactions that the group does not have"
    : "this node was in a group without a certificate, and has transactions since then";
}

/**
 * A node clones instead of joining if it has transactions that the group lacks, because the group would
 * refuse it. The same holds for a node with transactions that the group's founder lacked: once the group
 * has reused their GTIDs, no check would refuse the node. And for a node without data. A node's data stays until the
 * primary's disk has all that was acknowledged: what members have only received is lost with their power.
 */
function intoGroup(
  self: NodeState,
  group: readonly NodeState[],
  copied: NodeState | undefined,
): Decision {
  const sole = group.find((member) => member.sole);
  if (sole) return { type: "wait", reason: `${sole.node} has not let in other nodes yet` };
  const { epoch } = group[0]!.certificate!;
  if ((self.vote?.epoch ?? 0) > epoch) {
    return {
      type: "wait",
      reason: `this node has voted for ${self.vote!.founder} to found a later group`,
    };
  }
  const all = group.map(({ gtid }) => gtid).join(",");
  const lineage = lineageOf(group);
  const extra = missingFrom(all, self.gtid) || foundingExtra(self, lineage);
  const reason = self.cloneIncomplete ? noData : extra && `${whyExtra(self)}: ${extra}`;
  if (reason === "") return { type: "join", lineage };
  if (self.sole) {
    return {
      type: "wait",
      reason:
        "a group was founded without this node, which was the only node with data; its data is not replaced",
    };
  }
  if (copied && !self.cloneIncomplete) {
    return { type: "wait", reason: `${copied.node} becomes a copy first; ${reason}` };
  }
  if (!self.cloneIncomplete && !group.some(hasEverything)) {
    return {
      type: "wait",
      reason: `the group's primary is not seen, or has not applied all writes yet; ${reason}`,
    };
  }
  const copyable = group.find(({ member }) => member!.role === "SECONDARY") ?? group[0]!;
  return { type: "rebuild", donor: copyable.node, reason };
}
