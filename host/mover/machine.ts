import { afterFailure, begin, withLog, sleep, type Step } from "./step";
import type { Event, Failure, VrrpState, State } from "./state";
import { backOffMs, failuresUntilDead, operatorOrderMs, reconcileMs, watchMs } from "./limits";
import { probeAgainInMs, heldUntilMs, limitText, recentMoves } from "./move-limit";

/** The transition function of the mover: the new state and the effects of an event. */
export function step(state: State, event: Event): Step {
  const { nowMs } = event;
  switch (event.type) {
    case "start":
    case "tick":
      return next(state, nowMs);
    case "vrrp":
      return onVrrp(state, event.state, nowMs);
    case "owner":
      return onOwner(state, event.serverId, nowMs);
    case "probed":
      return onProbed(state, event.answers, nowMs);
    case "assigned":
      return onAssigned(state, nowMs);
    case "moved":
      return next({ ...state, readAtMs: nowMs }, nowMs);
    case "requested":
      return onRequested(state, nowMs);
    case "failed":
      return onFailed(state, event);
  }
}

function onRequested(state: State, nowMs: number): Step {
  // An order holds for less time than the longest wait after refusals.
  const notBeforeMs = state.refusals > 0 ? nowMs : state.notBeforeMs;
  return next({ ...state, notBeforeMs, askedUntilMs: nowMs + operatorOrderMs }, nowMs);
}

/** The next action that is due. */
function next(state: State, nowMs: number): Step {
  const { busy, owner, peer } = state;
  const isMaster = state.vrrp === "MASTER";
  if (busy || (!isMaster && isSettled(state))) return { state, effects: [] };
  if (nowMs < state.notBeforeMs) return sleep(state, state.notBeforeMs, nowMs);
  if (isMaster && nowMs < state.askedUntilMs && owner !== state.self) {
    return take({ ...state, planned: true }, "an operator ordered it");
  }
  // A standby reads the owner too, so that a failover finds a cached DNS answer.
  if (owner === undefined) return begin(state, "read-owner");
  if (isMaster && owner === peer && nowMs >= state.probeAtMs) return begin(state, "probe-peer");
  if (nowMs >= state.readAtMs) return begin(state, "read-owner");
  const due =
    isMaster && owner === peer ? Math.min(state.readAtMs, state.probeAtMs) : state.readAtMs;
  return sleep(state, due, nowMs);
}

/**
 * True if a standby knows where the address is: it read that another server has it. The other load balancer may become
 * master and leave the address here, or take it from here, and a standby sees neither.
 */
function isSettled({ owner, assumed, self }: State): boolean {
  return owner !== undefined && owner !== self && !assumed;
}

function onVrrp(state: State, vrrp: VrrpState, nowMs: number): Step {
  // keepalived reports its state again when it reloads.
  if (vrrp === state.vrrp) return next(state, nowMs);
  const changed = { ...state, vrrp, watching: false, misses: 0, silentSinceMs: undefined };
  const known = state.owner !== undefined;
  if (vrrp === "MASTER") {
    // The peer is probed before the API is called: a failover then needs only one API call, the assign.
    const owner = known && state.owner !== state.self ? state.peer : state.owner;
    // A standby that failed to read the owner waits long before it retries; a master must not.
    const notBeforeMs = Math.min(state.notBeforeMs, nowMs + backOffMs[0]!);
    const due = { notBeforeMs, probeAtMs: nowMs, readAtMs: nowMs };
    const master = { ...changed, owner, assumed: true, refusals: 0, ...due };
    return withLog(5, "keepalived says MASTER", next(master, nowMs));
  }
  const wasMaster = state.vrrp === "MASTER";
  const owner = known && wasMaster ? state.peer : state.owner;
  const unread = { assumed: true, readAtMs: nowMs + reconcileMs };
  const standby = { ...changed, owner, ...(wasMaster ? unread : {}) };
  return withLog(5, `keepalived says ${vrrp}`, next(standby, nowMs));
}

function onOwner(before: State, owner: number | null, nowMs: number): Step {
  const isMaster = before.vrrp === "MASTER";
  const state: State = {
    ...before,
    busy: undefined,
    owner,
    assumed: false,
    failures: 0,
    failure: before.refusals > 0 ? before.failure : undefined,
    readAtMs: nowMs + reconcileMs,
  };
  if (!isMaster || owner === state.self) {
    return next({ ...state, watching: false, held: false, refusals: 0, failure: undefined }, nowMs);
  }
  if (owner === null) return takeUnplanned(state, "no server has the address");
  const isHeld = nowMs < heldUntilMs(state.movesMs, nowMs);
  if (owner !== state.peer) {
    const reason = `server ${owner} has the address, which is no load balancer of this stack`;
    return isHeld ? hold(state, nowMs, reason) : takeUnplanned(state, reason);
  }
  if (before.owner === state.self && !before.assumed && state.preferred) {
    const reason = "the address was moved away from this node";
    // With or without the move limit, the peer is probed whether it serves.
    return isHeld
      ? hold({ ...state, probeAtMs: nowMs }, nowMs, reason)
      : takeUnplanned(state, reason);
  }
  // The peer has just answered a probe: the address stays there.
  if (before.owner === state.peer && before.misses === 0 && nowMs < before.probeAtMs) {
    return watch(state, nowMs);
  }
  return next({ ...state, probeAtMs: nowMs }, nowMs);
}

function onProbed(before: State, answers: boolean, nowMs: number): Step {
  if (!answers) return onSilence(before, nowMs);
  const state: State = { ...before, busy: undefined, misses: 0, silentSinceMs: undefined };
  if (state.vrrp !== "MASTER") return next(state, nowMs);
  const later = { ...state, probeAtMs: nowMs + watchMs };
  return state.assumed ? begin(later, "read-owner") : watch(later, nowMs);
}

/** The peer did not answer. Beyond the move limit a longer silence is required, and nothing else. */
function onSilence(before: State, nowMs: number): Step {
  const misses = before.misses + 1;
  const silentSinceMs = before.silentSinceMs ?? nowMs;
  const state: State = { ...before, busy: undefined, misses, silentSinceMs };
  if (state.vrrp !== "MASTER") return next(state, nowMs);
  const waitMs = probeAgainInMs(state.movesMs, silentSinceMs, nowMs);
  if (waitMs > 0) return next({ ...state, probeAtMs: nowMs + waitMs }, nowMs);
  const isDead = misses >= (state.watching ? failuresUntilDead : 1);
  if (isDead) return takeUnplanned(state, "the other load balancer does not answer");
  return next({ ...state, probeAtMs: nowMs }, nowMs);
}

/**
 * Both nodes are master, or only keepalived failed on the peer. The address stays where it is served. If
 * the peer fails, keepalived will report nothing, so the peer is probed continuously.
 */
function watch(state: State, nowMs: number): Step {
  const result = next({ ...state, watching: true }, nowMs);
  if (state.watching) return result;
  return withLog(4, "master, but the other load balancer has the address and serves", result);
}

/** Leaves the address with a node that may serve, because of the move limit; still checks owner and peer. */
function hold(state: State, nowMs: number, reason: string): Step {
  const readAtMs = Math.min(state.readAtMs, heldUntilMs(state.movesMs, nowMs));
  const held = next({ ...state, held: true, readAtMs }, nowMs);
  if (state.held) return held;
  return withLog(3, `${limitText}: holding back the move of the address (${reason})`, held);
}

function takeUnplanned(state: State, reason: string): Step {
  return take({ ...state, planned: false }, reason);
}

function take(state: State, reason: string): Step {
  const step: Step = {
    state: { ...state, busy: "assign", held: false },
    effects: [{ type: "assign", reason }],
  };
  return withLog(5, `taking the address: ${reason}`, step);
}

function onAssigned(state: State, nowMs: number): Step {
  const isMaster = state.vrrp === "MASTER";
  const moved: State = {
    ...state,
    busy: undefined,
    owner: isMaster ? state.self : state.peer,
    assumed: !isMaster,
    watching: false,
    misses: 0,
    silentSinceMs: undefined,
    failures: 0,
    refusals: 0,
    failure: undefined,
    askedUntilMs: 0,
    movesMs: [...recentMoves(state.movesMs, nowMs), ...(state.planned ? [] : [nowMs])],
    readAtMs: nowMs + reconcileMs,
  };
  return withLog(5, "this node has the address", next(moved, nowMs));
}

function onFailed(state: State, failure: Failure): Step {
  const { nowMs, reason } = failure;
  const failed = afterFailure(state, failure);
  const waitMs = failed.notBeforeMs - nowMs;
  return withLog(4, `${reason}; next attempt in ${waitMs} ms`, next(failed, nowMs));
}
