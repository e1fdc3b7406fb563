import type { Effect } from "./events";
import type { State } from "./state";

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
