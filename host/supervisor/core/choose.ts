import type { Decision } from "./decision";
import { hasAllOf } from "./lineage";
import { isMajority, latestPrimaries, type NodeState } from "./node-state";

/** Among whom the founder of a group is chosen. */
export interface Choice {
  nodes: readonly string[];
  self: NodeState;
  visible: readonly NodeState[];
  /** Those of the visible ones that have their data. */
  whole: readonly NodeState[];
  /** Those whose word counts. */
  voters: readonly NodeState[];
  kind: "majority" | "first";
}

/**
 * Who has everything, told by numbers and by the groups that the data was in; of several the last primary, then the first by name. If nobody has, the last
 * primary: what others have beyond it was never acknowledged, and they will take a copy.
 */
export function choose({ nodes, self, visible, whole, voters, kind }: Choice): Decision {
  const byName = voters
    .filter((one) => whole.includes(one))
    .sort((a, b) => nodes.indexOf(a.node) - nodes.indexOf(b.node));
  const complete = byName.filter((candidate) => whole.every((other) => hasAllOf(candidate, other)));
  const primaries = latestPrimaries(voters);
  const isLast = ({ node }: NodeState) => primaries.includes(node);
  const last =
    primaries.length === 1 && !isDoubtful(voters, nodes.length) ? byName.find(isLast) : undefined;
  const chosen = complete.find(isLast) ?? complete[0] ?? last;
  if (!chosen) {
    return { type: "wait", reason: "no node has all transactions; an operator must choose" };
  }
  const why = complete.includes(chosen) ? "has all transactions" : "was the last primary";
  if (chosen.node !== self.node) {
    return { type: "wait", reason: `${chosen.node} ${why} and starts the group` };
  }
  const seen = visible.map(({ node }) => node).join(", ");
  return { type: "bootstrap", kind, reason: `of ${seen} this node ${why}` };
}

/** True if the latest group was an operator's that no majority knows: another one may have served. */
function isDoubtful(voters: readonly NodeState[], nodeCount: number): boolean {
  const certificates = voters.flatMap(({ certificate }) => certificate ?? []);
  const latest = Math.max(0, ...certificates.map(({ epoch }) => epoch));
  const ofLatest = certificates.filter(({ epoch }) => epoch === latest);
  const isOverride = ofLatest.some(({ kind }) => kind === "override");
  return isOverride && !isMajority(ofLatest.length, nodeCount);
}
