/** What keepalived says this node is. */
export type VrrpState = "MASTER" | "BACKUP" | "FAULT" | "STOP";

/** Something that happened. Times are milliseconds of a clock that never goes back. */
export type Event =
  | { type: "vrrp"; state: VrrpState; nowMs: number }
  | { type: "tick"; nowMs: number }
  | { type: "owner"; serverId: number | null; nowMs: number }
  | { type: "probed"; answers: boolean; nowMs: number }
  | { type: "assigned"; nowMs: number }
  | { type: "failed"; reason: string; retryAfterMs?: number; nowMs: number };

/** Something to do. At most one call to the API or probe is under way at a time. */
export type Effect =
  | { type: "read-owner" }
  | { type: "probe-owner"; serverId: number }
  | { type: "assign" }
  | { type: "wake"; inMs: number }
  | { type: "log"; level: 3 | 4 | 5 | 6; text: string };

/** What the machine remembers. */
export interface State {
  /** Own server id. */
  self: number;
  /** Server id of the other load balancer. */
  peer: number;
  vrrp: VrrpState | undefined;
  /** Who had the address when last seen; undefined: never seen. */
  owner: number | null | undefined;
  /** What is under way. */
  busy: "read-owner" | "probe-owner" | "assign" | undefined;
  /** Failures in a row. */
  failures: number;
  /** Not before this time anything is asked of the API. */
  notBeforeMs: number;
  /** When the owner is looked at again. */
  reconcileAtMs: number;
  /** Times of the last moves. */
  movesMs: number[];
}

/** A master looks at the API's owner this often. */
export const reconcileMs = 30_000;
/** Moves within {@link moveWindowMs} after which the machine holds. */
export const maxMoves = 4;
/** Window of the move limit. */
export const moveWindowMs = 600_000;
/** Waits after failures, the last one for ever. */
export const backOffMs = [200, 400, 800, 1_600, 2_000];

/** The state of a mover that has just started. */
export function initialState(self: number, peer: number): State {
  return {
    self,
    peer,
    vrrp: undefined,
    owner: undefined,
    busy: undefined,
    failures: 0,
    notBeforeMs: 0,
    reconcileAtMs: 0,
    movesMs: [],
  };
}

/** The state after an event, and what to do next. */
export function step(state: State, event: Event): { state: State; effects: Effect[] } {
  switch (event.type) {
    case "vrrp":
      return onVrrp(state, event.state, event.nowMs);
    case "tick":
      return next(state, event.nowMs);
    case "owner":
      return onOwner(state, event.serverId, event.nowMs);
    case "probed":
      return onProbed(state, event.answers, event.nowMs);
    case "assigned":
      return onAssigned(state, event.nowMs);
    case "failed":
      return onFailed(state, event);
  }
}

function log(level: 3 | 4 | 5 | 6, text: string): Effect {
  return { type: "log", level, text };
}

function onVrrp(state: State, vrrp: VrrpState, nowMs: number) {
  const changed = { ...state, vrrp, reconcileAtMs: nowMs };
  const said = log(5, `keepalived says ${vrrp}`);
  const { state: after, effects } = next(changed, nowMs);
  return { state: after, effects: [said, ...effects] };
}

/** What is due now: a master that is not the known owner makes sure that the other one is dead. */
function next(state: State, nowMs: number): { state: State; effects: Effect[] } {
  if (state.busy || state.vrrp !== "MASTER") return { state, effects: [] };
  if (nowMs < state.notBeforeMs) {
    return { state, effects: [{ type: "wake", inMs: state.notBeforeMs - nowMs }] };
  }
  if (nowMs < state.reconcileAtMs) {
    return { state, effects: [{ type: "wake", inMs: state.reconcileAtMs - nowMs }] };
  }
  // A peer is asked before the API: in a failover the API is called once, to assign.
  if (state.owner === state.peer || state.owner === undefined) {
    return {
      state: { ...state, busy: "probe-owner" },
      effects: [{ type: "probe-owner", serverId: state.peer }],
    };
  }
  return { state: { ...state, busy: "read-owner" }, effects: [{ type: "read-owner" }] };
}

function onOwner(state: State, owner: number | null, nowMs: number) {
  const seen: State = {
    ...state,
    busy: undefined,
    owner,
    failures: 0,
    reconcileAtMs: nowMs + reconcileMs,
  };
  if (state.vrrp !== "MASTER" || owner === state.self) return next(seen, nowMs);
  if (owner === state.peer) {
    return {
      state: { ...seen, busy: "probe-owner" as const },
      effects: [{ type: "probe-owner" as const, serverId: owner }],
    };
  }
  return take(
    seen,
    nowMs,
    owner === null ? "nobody has the address" : "a stranger has the address",
  );
}

function onProbed(state: State, answers: boolean, nowMs: number) {
  const idle: State = { ...state, busy: undefined };
  if (state.vrrp !== "MASTER") return next(idle, nowMs);
  if (!answers) return take(idle, nowMs, "the other load balancer does not answer");
  if (state.owner === state.peer) {
    const quiet: State = { ...idle, reconcileAtMs: nowMs + reconcileMs };
    const said = log(4, "this node is master, but the owner of the address serves; it stays there");
    const { state: after, effects } = next(quiet, nowMs);
    return { state: after, effects: [said, ...effects] };
  }
  return {
    state: { ...idle, busy: "read-owner" as const },
    effects: [{ type: "read-owner" as const }],
  };
}

function take(state: State, nowMs: number, reason: string): { state: State; effects: Effect[] } {
  const recent = state.movesMs.filter((time) => time > nowMs - moveWindowMs);
  if (recent.length >= maxMoves) {
    const until = recent[0]! + moveWindowMs;
    const held = { ...state, busy: undefined, movesMs: recent, notBeforeMs: until };
    const text = `${maxMoves} moves in ${moveWindowMs / 60_000} minutes; holding (${reason})`;
    return { state: held, effects: [log(3, text), { type: "wake", inMs: until - nowMs }] };
  }
  return {
    state: { ...state, busy: "assign", movesMs: recent },
    effects: [log(5, `taking the address: ${reason}`), { type: "assign" }],
  };
}

function onAssigned(state: State, nowMs: number) {
  const moved: State = {
    ...state,
    busy: undefined,
    owner: state.self,
    failures: 0,
    movesMs: [...state.movesMs, nowMs],
    reconcileAtMs: nowMs + reconcileMs,
  };
  const { state: after, effects } = next(moved, nowMs);
  return { state: after, effects: [log(5, "this node has the address"), ...effects] };
}

function onFailed(state: State, event: Extract<Event, { type: "failed" }>) {
  const { nowMs, reason, retryAfterMs } = event;
  const wait = retryAfterMs ?? backOffMs[Math.min(state.failures, backOffMs.length - 1)]!;
  const failed: State = {
    ...state,
    busy: undefined,
    failures: state.failures + 1,
    notBeforeMs: nowMs + wait,
    reconcileAtMs: nowMs,
  };
  const said = log(4, `${reason}; again in ${wait} ms`);
  const { state: after, effects } = next(failed, nowMs);
  return { state: after, effects: [said, ...effects] };
}
