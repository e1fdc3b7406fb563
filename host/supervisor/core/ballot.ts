import type { FoundingKind } from "./certificate";
import { decide } from "./decide";
import { voteRefusal, type VoteRequest } from "./founding-rule";
import type { Memory } from "./memory";
import { allOf, isMajorityOf, listsOf } from "./electorate";
import type { NodeState } from "./node-state";

/** Answer of a node to a vote request. */
export interface VoteAnswer {
  /** Reason against the founding; empty: the node votes for it. */
  refusal: string;
  /** State of the answering node. */
  state: NodeState;
}

/**
 * Votes for a founding and writes the vote to disk; returns the reason against it, or "". @throws what the
 * disk throws; then there is no vote.
 */
export function castVote(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  request: VoteRequest,
  nodes: readonly string[],
  nowMs: number,
): string {
  const refusal = voteRefusal(self, peers, request, nodes);
  if (refusal !== undefined) return refusal;
  const { founder, epoch } = request;
  if (!memory.mayVote(epoch, founder, peers, nowMs)) {
    return `${self.node} has voted for ${self.vote?.founder ?? "a later group"}`;
  }
  memory.vote(epoch, founder, nowMs);
  return "";
}

/**
 * Reason why no group is founded after the vote; undefined: the group is founded. The decision must hold
 * again for the nodes that voted for it, in their present state.
 */
export function countVotes(
  nodes: readonly string[],
  self: NodeState,
  answers: readonly VoteAnswer[],
  kind: FoundingKind,
): string | undefined {
  const granting = answers.filter(({ refusal }) => refusal === "").map(({ state }) => state);
  const names = [self, ...granting].map(({ node }) => node);
  const lists = listsOf(self, nodes);
  const isEnough =
    kind === "first"
      ? allOf(lists).every((node) => names.includes(node))
      : isMajorityOf(names, lists);
  if (!isEnough) {
    const refusals = answers.map(({ refusal }) => refusal).filter((text) => text !== "");
    return refusals.join("; ") || "too few nodes answered the vote request";
  }
  const again = decide({ nodes, self, peers: granting });
  if (again.type === "bootstrap" && again.kind === kind) return undefined;
  return again.type === "wait" ? again.reason : "the nodes that voted lead to another decision";
}
