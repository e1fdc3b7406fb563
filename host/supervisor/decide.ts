import { includes } from "./gtid";
import { latestView, type NodeState } from "./view";

/** What this node is to do next. */
export type Decision =
  | { type: "nothing" }
  | { type: "join" }
  | { type: "bootstrap"; reason: string }
  | { type: "wait"; reason: string };

/** What a decision is made from. */
export interface Situation {
  /** Names of all configured nodes, in order. */
  nodes: readonly string[];
  self: NodeState;
  /** Peers that answered; the others are not visible. */
  peers: readonly NodeState[];
}

const inGroup = ["ONLINE", "RECOVERING"];

/**
 * The rule of a start. A node joins wherever a group is. Only when no visible node is in one may a
 * group be bootstrapped: with all nodes visible by the one whose transactions include all others';
 * with a majority visible only if the last primary is among them; otherwise nobody, for ever. A
 * commit that was acknowledged is on the last primary's disk, and on no other for certain.
 */
export function decide({ nodes, self, peers }: Situation): Decision {
  if (!self.ready) return { type: "wait", reason: "MySQL does not answer yet" };
  if (self.member && inGroup.includes(self.member.state)) return { type: "nothing" };
  const visible = [self, ...peers.filter(({ ready }) => ready)];
  const members = visible.filter(({ member }) => member && inGroup.includes(member.state));
  if (members.some(({ member, majority }) => member!.state === "ONLINE" && majority)) {
    return { type: "join" };
  }
  if (members.length > 0) return { type: "wait", reason: "a group without a majority is visible" };
  const missing = nodes.filter((node) => !visible.some((state) => state.node === node));
  if (visible.length * 2 <= nodes.length) {
    return { type: "wait", reason: `no majority: ${missing.join(", ")} cannot be seen` };
  }
  if (missing.length > 0) {
    const primary = latestView(visible)?.primary;
    if (!primary) {
      return {
        type: "wait",
        reason: `the first group needs every node; missing: ${missing.join(", ")}`,
      };
    }
    if (!visible.some(({ node }) => node === primary)) {
      return { type: "wait", reason: `${primary} was the last primary and cannot be seen` };
    }
  }
  return choose(nodes, self, visible);
}

/** Who has everything; of several the last primary, then the first by name. */
function choose(
  nodes: readonly string[],
  self: NodeState,
  visible: readonly NodeState[],
): Decision {
  const complete = visible.filter((candidate) =>
    visible.every((other) => includes(candidate.gtid, other.gtid)),
  );
  if (complete.length === 0) {
    return { type: "wait", reason: "no node has all transactions; an operator must choose" };
  }
  const primary = latestView(visible)?.primary;
  const chosen =
    complete.find(({ node }) => node === primary) ??
    [...complete].sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node))[0]!;
  if (chosen.node !== self.node) {
    return { type: "wait", reason: `${chosen.node} has all transactions and starts the group` };
  }
  const seen = visible.map(({ node }) => node).join(", ");
  return { type: "bootstrap", reason: `of ${seen} this node has all transactions` };
}
