import type { FoundingKind } from "./decision";
import { decide } from "./decide";
import { objection, type VoteRequest } from "./founding-rule";
import type { Memory } from "./memory";
import { isMajority, type NodeState } from "./node-state";

/** What another node answers to a request for its vote. */
export interface VoteAnswer {
  /** Why it does not vote for the founding; empty: it does. */
  refusal: string;
  /** The node as it is. */
  state: NodeState;
}

/** Votes for a founding, on disk, or says why not. @throws what the disk throws; then there is no vote. */
export function castVote(
  memory: Memory,
  self: NodeState,
  peers: readonly NodeState[],
  request: VoteRequest,
  nowMs: number,
): string {
  const refusal = objection(self, peers, request);
  if (refusal !== undefined) return refusal;
  const { founder, epoch } = request;
  if (!memory.mayVote(epoch, founder, peers, nowMs)) {
    return `${self.node} has voted for ${self.vote?.founder ?? "a later group"}`;
  }
  memory.vote(epoch, founder, nowMs);
  return "";
}

/**
 * Why a group is not founded after the vote; undefined: it is. What was decided must hold for those that
 * voted for it, as they are now.
 */
export function countVotes(
  nodes: readonly string[],
  self: NodeState,
  answers: readonly VoteAnswer[],
  kind: FoundingKind,
): string | undefined {
  const granting = answers.filter(({ refusal }) => refusal === "").map(({ state }) => state);
  const count = 1 + granting.length;
  const isEnough = kind === "first" ? count === nodes.length : isMajority(count, nodes.length);
  if (!isEnough) {
    const refusals = answers.map(({ refusal }) => refusal).filter((text) => text !== "");
    return refusals.join("; ") || "too few nodes answer";
  }
  const again = decide({ nodes, self, peers: granting });
  if (again.type === "bootstrap" && again.kind === kind) return undefined;
  return again.type === "wait" ? again.reason : "it was decided otherwise with those that voted";
}
