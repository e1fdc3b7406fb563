import * as rolling from "../../rolling/step-aside";
import { hostsOf } from "./hosts";
import type { StackNode, StackOutputs } from "./outputs";

/** Drains a node without a failed request. A standby load balancer has no requests to drain. */
export function stepAside(
  outputs: StackOutputs,
  node: StackNode,
  say: (text: string) => void,
): Promise<void> {
  return rolling.stepAside(hostsOf(outputs), node, say);
}

/** Starts the stopped units again. */
export function stepBack(outputs: StackOutputs, node: StackNode): Promise<void> {
  return rolling.stepBack(hostsOf(outputs), node);
}
