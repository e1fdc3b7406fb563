import * as rolling from "../../rolling/edge";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";

export { edgeLine, type EdgeState, holderOf } from "../../rolling/edge";

/** Names of the load balancers. */
export function loadBalancers({ nodes }: Pick<StackOutputs, "nodes">): string[] {
  return rolling.loadBalancers({ nodes });
}

/** States of all load balancers; undefined for one that does not answer. */
export function edgeStates(outputs: StackOutputs) {
  return rolling.edgeStates(hostsOf(outputs));
}

/** Why visitors are not served at the floating IP, as far as the load balancers tell; undefined if they are. */
export function edgeFault(
  states: ReadonlyMap<string, rolling.EdgeState | undefined>,
): string | undefined {
  const holder = rolling.holderOf(states);
  if (holder === undefined) return "no load balancer says that it has the address";
  if (states.get(holder)?.healthy) return undefined;
  return `${holder} has the address, and its HAProxy is not healthy`;
}

/** Moves the floating IP to the other load balancer. @throws Error if that one could not take over. */
export function switchEdge(
  outputs: StackOutputs,
  from: string,
  to: string,
  say: (text: string) => void,
): Promise<void> {
  return rolling.switchEdge(hostsOf(outputs), from, to, say);
}
