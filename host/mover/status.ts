import type { VrrpState, State } from "./state";

/** Status for operators, in `/run/webstack-mover/status.json`. */
export interface Status {
  /** VRRP state of this node, and its start as ISO time. */
  vrrp: VrrpState | undefined;
  vrrpSince: string;
  /** True while this node has the address, as far as it knows. */
  holds: boolean;
  /** Start of that as ISO time, and the reason for the move; undefined without the address. */
  heldSince?: string;
  why?: string;
  /** True if this node is master but leaves the address with the other load balancer, which serves. */
  watching: boolean;
  /** Moves to this node that the move limit counts, without those that an operator ordered. */
  recentMoves: number;
  /** Consecutive API failures, or consecutive assigns that the API refused. */
  apiFailures: number;
  /** Reason for the last of them; absent without. */
  apiFailure?: string;
}

/**
 * Status after a transition.
 *
 * @param reason reason for the assign, if one was just started.
 *
 * @param now ISO time.
 */
export function statusAfter(
  before: Status | undefined,
  state: State,
  reason: string | undefined,
  now: string,
): Status {
  // A mover that has just started does not know the owner yet; its predecessor's status still holds.
  const isKnown = state.owner !== undefined;
  const holds = isKnown
    ? state.owner === state.self && state.busy !== "assign"
    : (before?.holds ?? false);
  const why = reason ?? "this node had the address when the mover started";
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
    apiFailures: Math.max(state.failures, state.refusals),
    ...(state.failure === undefined ? {} : { apiFailure: state.failure }),
  };
}
