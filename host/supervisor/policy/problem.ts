import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decision";
import type { Progress } from "../observation/clone-progress";
import { isInGroup, type NodeState } from "../core/node-state";

/** Why a node is not healthy. */
export interface Problem {
  text: string;
  /** True if it is on its way: who waits is asked for patience. */
  moving: boolean;
}

/** What a judgement depends on, besides the node's state. */
export interface Circumstances {
  peers: readonly NodeState[];
  decision: Decision;
  progress: Progress;
  /** True if a peer has never answered: its supervisor may be of before an update. */
  isUnheard: boolean;
}

/** What keeps a node from being healthy: ONLINE, or waiting for nodes that have not been configured yet. */
export function problem(
  state: NodeState,
  { peers, decision, progress, isUnheard }: Circumstances,
): Problem | undefined {
  if (state.member?.state === "ONLINE" && state.ready) return undefined;
  const isFirst = state.lastView === null;
  // Supervisors from before certificates are not heard, and are updated next.
  const isUpdated = state.certificate?.kind === "inherited" && isUnheard;
  const reason = state.ready && decision.type === "wait" ? decision.reason : "";
  if (isFirst && /missing|no majority/.test(reason)) return undefined;
  if (isUpdated && /cannot be seen/.test(reason)) return undefined;
  // A member that catches up needs no copy any more.
  const failure = isInGroup(state) ? undefined : progress.failure;
  if (failure) return { text: failure, moving: false };
  if (progress.isMoving(monotonicMs())) {
    const wanted = peers.map(({ gtid }) => gtid).join(",");
    return { text: progress.describe(wanted), moving: true };
  }
  const text = state.waiting || `member is ${state.member?.state ?? "not started"}`;
  return { text, moving: false };
}
