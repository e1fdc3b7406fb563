import * as rolling from "../../rolling/step-aside";
import { hostsOf } from "./hosts";
import type { StackNode, StackOutputs } from "./outputs";

/** Takes the work away from a node without a failed request. A standby load balancer has none. */
export function stepAside(
  outputs: StackOutputs,
  node: StackNode,
  say: (text: string) => void,
): Promise<void> {
  return rolling.stepAside(hostsOf(outputs), node, say);
}

/** Starts again what was stopped. */
export function stepBack(outputs: StackOutputs, node: StackNode): Promise<void> {
  return rolling.stepBack(hostsOf(outputs), node);
}
