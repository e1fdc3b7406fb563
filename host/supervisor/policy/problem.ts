import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decide";
import type { Progress } from "../observation/clone-progress";
import { isInGroup, type NodeState } from "../core/node-state";

/** Why a node is not healthy. */
export interface Problem {
  text: string;
  /** True if it is on its way: who waits is asked for patience. */
  moving: boolean;
}

/** What keeps a node from being healthy: ONLINE, or waiting for nodes that have not been configured yet. */
export function problem(
  state: NodeState,
  peers: readonly NodeState[],
  decision: Decision,
  progress: Progress,
): Problem | undefined {
  if (state.member?.state === "ONLINE" && state.ready) return undefined;
  const first = state.ready && state.lastView === null;
  if (first && decision.type === "wait" && /missing|no majority/.test(decision.reason)) {
    return undefined;
  }
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
