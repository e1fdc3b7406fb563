import type { VrrpState } from "./events";
import type { State } from "./state";

/** What the mover tells an operator, in `/run/webstack-mover/status.json`. */
export interface Status {
  /** What keepalived says, and since when; ISO times. */
  vrrp: VrrpState | undefined;
  vrrpSince: string;
  /** True while this node has the address as far as it knows. */
  holds: boolean;
  /** Since when, and why it took it; undefined while it does not have it. */
  heldSince?: string;
  why?: string;
  /** True if it is master but leaves the address with the other one, which serves. */
  watching: boolean;
  /** Moves to this node that the limit of moves counts, so without those that an operator asked for. */
  recentMoves: number;
  /** Failures of the API in a row. */
  apiFailures: number;
}

/**
 * The status after a step of the machine.
 *
 * @param reason why the address was taken, if it was asked for just now.
 * @param now ISO time.
 */
export function statusAfter(
  before: Status | undefined,
  state: State,
  reason: string | undefined,
  now: string,
): Status {
  // A mover that has just started does not know yet; what its predecessor told still holds.
  const isKnown = state.owner !== undefined;
  const holds = isKnown
    ? state.owner === state.self && state.busy !== "assign"
    : (before?.holds ?? false);
  const why = reason ?? "it had it when the mover started";
  const held = before?.holds
    ? { heldSince: before.heldSince ?? now, why: before.why ?? why }
    : { heldSince: now, why };
  return {
    vrrp: state.vrrp,
    vrrpSince: before && before.vrrp === state.vrrp ? before.vrrpSince : now,
    holds,
    ...(holds ? held : {}),
    watching: state.watching,
    recentMoves: state.movesMs.length,
    apiFailures: state.failures,
  };
}
