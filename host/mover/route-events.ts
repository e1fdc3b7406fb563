import type { Effect, Event } from "./events";
import type { State } from "./state";

/** True while this node has the address, or takes it. */
export function hasAddress({ owner, self, busy }: State): boolean {
  return busy === "assign" || owner === self;
}

/** True after an event at which the route must be checked: a move of the address to this node, or a read of the owner. */
export function followsRoute(state: State, event: Event, effects: readonly Effect[]): boolean {
  if (effects.some(({ type }) => type === "assign")) return true;
  return (event.type === "owner" || event.type === "assigned") && hasAddress(state);
}
