import { type Effect, type Event, initialState, type State } from "../../../host/mover/state";
import { step } from "../../../host/mover/machine";

/** Ids of the two servers. */
export const self = 1;
export const peer = 2;
/** An event without its time; the test says it where it matters. */
export type Timeless = Event extends infer E ? (E extends Event ? Omit<E, "nowMs"> : never) : never;

/** Events by name. */
export const owner = (serverId: number | null): Timeless => ({ type: "owner", serverId });
export const probed = (answers: boolean): Timeless => ({ type: "probed", answers });
export const vrrp = (state: "MASTER" | "BACKUP" | "FAULT" | "STOP"): Timeless => ({
  type: "vrrp",
  state,
});
export const failed = (more: object = {}): Timeless =>
  ({ type: "failed", reason: "no", random: 0.5, ...more }) as Timeless;

/** Feeds events, each with its time or right after the one before; returns the last step. */
export function play(state: State, ...events: readonly (Timeless | [number, Timeless])[]) {
  let now = 1_000;
  let effects: Effect[] = [];
  let current = state;
  for (const each of events) {
    const [at, event] = Array.isArray(each) ? each : [now, each];
    now = at;
    ({ state: current, effects } = step(current, { ...event, nowMs: now } as Event));
  }
  const deeds = effects.filter(({ type }) => type !== "log").map((effect) => effect.type);
  const log = effects.flatMap((effect) => (effect.type === "log" ? [effect] : []));
  const wake = effects.find((effect) => effect.type === "wake");
  return { state: current, deeds, log, inMs: wake?.type === "wake" ? wake.inMs : undefined };
}

/** A mover that has just started. */
export const fresh = (preferred = true) => initialState(self, peer, preferred);
/** A standby that read the owner when it started. */
export const standby = (preferred = true) =>
  play(fresh(preferred), { type: "start" }, owner(peer), vrrp("BACKUP")).state;
/** A master that has the address. */
export const serving = (preferred = true) =>
  play(fresh(preferred), { type: "start" }, owner(self), vrrp("MASTER"), owner(self)).state;
/** A master that leaves the address with the peer. */
export const watching = () => play(standby(), vrrp("MASTER"), probed(true), owner(peer)).state;
