import type { Decision } from "./decision";
import { hasAllTransactionsOf, trustedPart } from "./lineage";
import { allOf as allNames, isMajorityOf, type Lists } from "./electorate";
import type { Word } from "./founding-rule";
import { latestPrimaries, type NodeState } from "./node-state";

/** The nodes among which the founder of a group is chosen. */
export interface FounderChoice {
  nodes: readonly string[];
  /** The lists over which majorities are counted. */
  lists: Lists;
  self: NodeState;
  visible: readonly NodeState[];
  /** The visible nodes that have their data. */
  whole: readonly NodeState[];
  /** The nodes that have a vote. */
  voters: readonly NodeState[];
  kind: Word;
}

/**
 * Chooses the founder: a node that has all transactions, compared by GTID set and lineage. Of several such
 * nodes the last primary is chosen, else the first in the configured order; nodes whose disk has almost no free space
 * come last, because they found no group. If no node has all of them,
 * the last primary is chosen: the others' additional transactions were never acknowledged, and those nodes
 * are cloned.
 */
export function chooseFounder({
  nodes,
  lists,
  self,
  visible,
  whole,
  voters,
  kind,
}: FounderChoice): Decision {
  const byName = voters
    .filter((one) => whole.includes(one))
    .sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
  const complete = byName.filter((candidate) =>
    whole.every((other) => hasAllTransactionsOf(trustedPart(candidate), allOf(other))),
  );
  const primaries = latestPrimaries(voters);
  const isLast = ({ node }: NodeState) => primaries.includes(node);
  const last =
    primaries.length === 1 && !isDoubtful(voters, lists) ? byName.find(isLast) : undefined;
  const roomy = complete.filter(({ diskSpent }) => !diskSpent);
  const best = roomy.length > 0 ? roomy : complete;
  const chosen = best.find(isLast) ?? best[0] ?? last;
  if (!chosen) {
    return {
      type: "wait",
      reason: "no node has all transactions; an operator must choose one with npm run db:override",
    };
  }
  const why = complete.includes(chosen) ? "has all transactions" : "was the last primary";
  if (chosen.node !== self.node) {
    return { type: "wait", reason: `${chosen.node} ${why} and starts the group` };
  }
  const seen = visible.map(({ node }) => node).join(", ");
  return {
    type: "bootstrap",
    kind: kind === "only" ? kindOf(self, lists) : kind,
    reason: `of ${seen} this node ${why}`,
  };
}

/**
 * A node that is the whole electorate is all nodes: peers take a certificate of a majority with two votes or more. Any
 * other node founds with the vote of that one, and must not serve before that one knows it.
 */
function kindOf({ node }: NodeState, lists: Lists): "first" | "majority" {
  return allNames(lists).includes(node) ? "first" : "majority";
}

/** The node as one whose data is all trusted: some of what is not trusted may have been acknowledged all the same. */
function allOf(state: NodeState): NodeState {
  return { ...state, trustedGtid: null };
}

/**
 * True if the latest group was founded by an override and no majority knows it: another group may have
 * served.
 */
function isDoubtful(voters: readonly NodeState[], lists: Lists): boolean {
  const certificates = voters.flatMap(({ certificate }) => certificate ?? []);
  const latest = Math.max(0, ...certificates.map(({ epoch }) => epoch));
  const override = certificates.find(({ epoch, kind }) => epoch === latest && kind === "override");
  const following = voters.filter(
    ({ certificate }) => certificate?.epoch === latest && certificate.groupId === override?.groupId,
  );
  const names = following.map(({ node }) => node);
  return override !== undefined && !isMajorityOf(names, lists);
}
