import { includes, missingFrom } from "./gtid";
import { memberShortOfRoom, outsideShortOfRoom } from "../policy/disk-pressure";
import { foundingExtra, isOfAnotherGroup, isPending, lineageOf } from "./lineage";
import { isInGroup, latestPrimaries, type Lineage, type NodeState } from "./view";

/** What this node is to do next. */
export type Decision =
  | { type: "nothing" }
  | { type: "join"; lineage: Lineage }
  | { type: "rebuild"; donor: string; reason: string }
  | { type: "bootstrap"; reason: string }
  | { type: "leave"; reason: string }
  | { type: "handOver"; to: string; reason: string; ifItHangs: "kill" | "giveUp" }
  /** `instead`: what is to be done if it has waited for too long. */
  | { type: "wait"; reason: string; instead?: Decision };

/** What a decision is made from. */
export interface Situation {
  /** Names of all configured nodes, in order. */
  nodes: readonly string[];
  self: NodeState;
  /** Peers that answered; the others are not visible. */
  peers: readonly NodeState[];
  /** True if an operator said that this node is to make the group, whatever is lost. */
  override?: boolean;
}

/** Why a node waits that the group still takes for its member. */
export const notNoticed = "the group has not noticed yet that this member is gone";

const cloneIncomplete = "a copy was broken off, which left no data";

/**
 * The rule of a start. A node joins wherever a group is. Only when no visible node is in one may a
 * group be bootstrapped: with all nodes visible by the one whose transactions include all others';
 * with a majority visible only if the last primary is among them; otherwise nobody, for ever. A
 * commit that was acknowledged is on the last primary's disk, and on no other for certain. What was
 * the only node has everything: it makes the group alone, until it has let in another.
 */
export function decide({ nodes, self, peers, override = false }: Situation): Decision {
  if (!self.ready) return { type: "wait", reason: "MySQL does not answer yet" };
  if (isInGroup(self)) return asMember(nodes, self, peers);
  const shortOfRoom = outsideShortOfRoom(nodes, self, peers);
  if (shortOfRoom) return shortOfRoom;
  const visible = [self, ...peers.filter(({ ready }) => ready)];
  const members = visible.filter(isInGroup);
  const group = members.filter(({ member, majority }) => member!.state === "ONLINE" && majority);
  if (group.length > 0) return joinOrRebuild(self, group);
  if (members.length > 0) return { type: "wait", reason: "a group without a majority is visible" };
  if (self.cloneIncomplete) return { type: "wait", reason: cloneIncomplete };
  if (override) return { type: "bootstrap", reason: "an operator said so" };
  if (self.sole) return { type: "bootstrap", reason: "it was the only node and has everything" };
  const sole = visible.find((peer) => peer.sole);
  if (sole) return { type: "wait", reason: `${sole.node} was the only node and starts the group` };
  const missing = nodes.filter((node) => !visible.some((state) => state.node === node));
  if (visible.length * 2 <= nodes.length) {
    return { type: "wait", reason: `no majority: ${missing.join(", ")} cannot be seen` };
  }
  const whole = visible.filter((one) => !one.cloneIncomplete);
  if (missing.length > 0) {
    const primaries = latestPrimaries(visible);
    if (primaries.length === 0) {
      return {
        type: "wait",
        reason: `the first group needs every node; missing: ${missing.join(", ")}`,
      };
    }
    const unseen = primaries.filter((primary) => !whole.some(({ node }) => node === primary));
    if (unseen.length > 0) {
      return {
        type: "wait",
        reason: `${unseen.join(" or ")} was the last primary and cannot be seen`,
      };
    }
  }
  return choose(nodes, self, visible, whole);
}

/** A member leaves a group that another one has taken the place of. */
function asMember(
  nodes: readonly string[],
  self: NodeState,
  peers: readonly NodeState[],
): Decision {
  const { epoch, lastView } = self;
  if (epoch !== null && lastView && BigInt(lastView.epoch) > BigInt(epoch)) {
    return { type: "leave", reason: `a later group was made, its primary ${lastView.primary}` };
  }
  if (isOfAnotherGroup(self, peers)) {
    return { type: "leave", reason: "it joined a group that its data was not compared with" };
  }
  return memberShortOfRoom(nodes, self, peers);
}

/** A node that the group still takes for its member waits; any other one comes in. */
function joinOrRebuild(self: NodeState, group: readonly NodeState[]): Decision {
  const next = intoGroup(self, group);
  const isKnown = group.some(({ members }) => members.includes(self.node));
  // To join before would keep the group from noticing that the member it knows is gone.
  return isKnown ? { type: "wait", reason: notNoticed, instead: next } : next;
}

/**
 * A node with transactions that the group does not have is refused by it: it takes a copy instead.
 * So does one with transactions that the group's maker did not have, which nobody would refuse once
 * the group has given their numbers again, and one without its data.
 */
function intoGroup(self: NodeState, group: readonly NodeState[]): Decision {
  const sole = group.find((member) => member.sole);
  if (sole) return { type: "wait", reason: `${sole.node} has not let in other nodes yet` };
  if (group.some(isPending)) {
    return { type: "wait", reason: "the group's maker writes down of what it made it" };
  }
  const all = group.map(({ gtid }) => gtid).join(",");
  const lineage = lineageOf(group);
  const extra = missingFrom(all, self.gtid) || foundingExtra(self, lineage);
  const reason = self.cloneIncomplete
    ? cloneIncomplete
    : extra && `this node has transactions that the group does not have: ${extra}`;
  if (reason === "") return { type: "join", lineage };
  if (self.sole) {
    return {
      type: "wait",
      reason: "a group was made without this node, whose data is the only one; not replaced",
    };
  }
  const copyable = group.find(({ member }) => member!.role === "SECONDARY") ?? group[0]!;
  return { type: "rebuild", donor: copyable.node, reason };
}

/**
 * Who has everything; of several the last primary, then the first by name. If nobody has, the last
 * primary: what others have beyond it was never acknowledged, and they will take a copy.
 *
 * @param whole those of the visible ones that have their data.
 */
function choose(
  nodes: readonly string[],
  self: NodeState,
  visible: readonly NodeState[],
  whole: readonly NodeState[],
): Decision {
  const byName = [...whole].sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
  const complete = byName.filter((candidate) =>
    whole.every((other) => includes(candidate.gtid, other.gtid)),
  );
  const primaries = latestPrimaries(visible);
  const isLast = ({ node }: NodeState) => primaries.includes(node);
  const last = primaries.length === 1 ? whole.find(isLast) : undefined;
  const chosen = complete.find(isLast) ?? complete[0] ?? last;
  if (!chosen) {
    return { type: "wait", reason: "no node has all transactions; an operator must choose" };
  }
  const why = complete.includes(chosen) ? "has all transactions" : "was the last primary";
  if (chosen.node !== self.node) {
    return { type: "wait", reason: `${chosen.node} ${why} and starts the group` };
  }
  const seen = visible.map(({ node }) => node).join(", ");
  return { type: "bootstrap", reason: `of ${seen} this node ${why}` };
}
