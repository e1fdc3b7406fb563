import * as rolling from "../../rolling/in-service";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";

/** Names of the nodes that are not healthy or do not answer. */
export function outOfService(outputs: StackOutputs): Promise<string[]> {
  return rolling.outOfService(hostsOf(outputs));
}
