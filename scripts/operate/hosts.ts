import type { Hosts } from "../../rolling/hosts";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** The hosts of a running stack, reached with `ssh`. */
export function hostsOf(outputs: StackOutputs): Hosts {
  return {
    nodes: outputs.nodes,
    run: (node, command, timeoutMs) => runOnNode(outputs, node, command, timeoutMs),
  };
}
