import type { Failure } from "./events";
import { backOffMs, reconcileMs, refusedBackOffMs } from "./limits";
import type { State } from "./state";

/**
 * State after a failed call: the next one waits. Refused assigns have a count of their own, because reads that succeed
 * between them say nothing about the next assign.
 */
export function afterFailure(
  state: State,
  { nowMs, reason, retryAfterMs, refused, random }: Failure,
): State {
  const isRefusedAssign = refused === true && state.busy === "assign";
  const backOff = isRefusedAssign
    ? waitAfter(refusedBackOffMs, state.refusals)
    : waitAfter(backOffMs, state.failures);
  const usual = state.vrrp === "MASTER" ? Math.round(backOff * (1 - 0.2 * random)) : reconcileMs;
  return {
    ...state,
    busy: undefined,
    owner: refused ? undefined : state.owner,
    failures: state.failures + 1,
    refusals: state.refusals + (isRefusedAssign ? 1 : 0),
    failure: reason,
    notBeforeMs: nowMs + Math.max(usual, retryAfterMs ?? 0),
  };
}

/** The wait after `before` earlier failures. */
function waitAfter(waitsMs: readonly number[], before: number): number {
  return waitsMs[Math.min(before, waitsMs.length - 1)]!;
}
