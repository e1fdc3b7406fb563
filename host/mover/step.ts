import type { Effect, State, Failure } from "./state";
import { backOffMs, reconcileMs, refusedBackOffMs } from "./limits";

/** A state and the effects to carry out. */
export interface Step {
  state: State;
  effects: Effect[];
}

/** The step with a line of the log before its effects. */
export function withLog(level: 3 | 4 | 5 | 6, text: string, { state, effects }: Step): Step {
  return { state, effects: [{ type: "log", level, text }, ...effects] };
}

/** Begins an API read or a probe. */
export function begin(state: State, busy: "read-owner" | "probe-peer"): Step {
  return { state: { ...state, busy }, effects: [{ type: busy }] };
}

/** Does nothing until a time. */
export function sleep(state: State, untilMs: number, nowMs: number): Step {
  return { state, effects: [{ type: "wake", inMs: Math.max(1, untilMs - nowMs) }] };
}

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
