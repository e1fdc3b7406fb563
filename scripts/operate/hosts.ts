import type { Hosts } from "../../rolling/hosts";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** Largest part of a command's errors in a message, characters. */
const tailLength = 1_000;

/** The hosts of a running stack, reached with `ssh`. */
export function hostsOf(outputs: StackOutputs): Hosts {
  return {
    nodes: outputs.nodes,
    run: (node, command, timeoutMs) =>
      runOnNode(outputs, node, command, timeoutMs).catch((error: Error & { stderr?: string }) => {
        // The message of a failed `ssh` has all its arguments.
        const said = error.stderr?.trim().slice(-tailLength);
        throw said ? new Error(said, { cause: error }) : error;
      }),
  };
}
