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

/** Moves the floating IP to the other load balancer. @throws Error if that one could not take over. */
export function switchEdge(
  outputs: StackOutputs,
  from: string,
  to: string,
  say: (text: string) => void,
): Promise<void> {
  return rolling.switchEdge(hostsOf(outputs), from, to, say);
}
