import type { Decision } from "./decide";
import type { NodeState } from "./view";

/** What keeps a node from being healthy: ONLINE, or waiting for nodes that have not been configured yet. */
export function problem(state: NodeState, decision: Decision): string | undefined {
  if (state.member?.state === "ONLINE" && state.ready) return undefined;
  const first = state.ready && state.lastView === null;
  if (first && decision.type === "wait" && /missing|no majority/.test(decision.reason)) {
    return undefined;
  }
  return state.waiting || `member is ${state.member?.state ?? "not started"}`;
}
