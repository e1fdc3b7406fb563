import type { Hosts } from "../../rolling/hosts";
import * as nodeStates from "../../rolling/node-states";
import { holderName, StackTurn } from "../../rolling/stack-turn";
import { waitUntil } from "../../rolling/wait-until";
import { passedTurn } from "../../web-stack/args";
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
        const stderr = error.stderr?.trim().slice(-tailLength);
        throw stderr ? new Error(stderr, { cause: error }) : error;
      }),
  };
}

/** Names of the nodes that are not healthy or do not answer. */
export function outOfService(outputs: StackOutputs): Promise<string[]> {
  return nodeStates.outOfService(hostsOf(outputs));
}

/**
 * Waits until every node but those in `except` is in service.
 *
 * @param intervalMs time between two checks, milliseconds.
 * @throws Error after the deadline with the names of nodes that are not in service.
 */
export async function waitForService(
  outputs: StackOutputs,
  timeoutSeconds: number,
  { intervalMs = 2_000, except = [] }: { intervalMs?: number; except?: readonly string[] } = {},
): Promise<void> {
  const check = async () => {
    const names = (await outOfService(outputs)).filter((name) => !except.includes(name));
    if (names.length > 0) throw new Error(`not in service: ${names.join(", ")}`);
    return true;
  };
  await waitUntil("every node in service", check, { timeoutSeconds, intervalMs });
}

/**
 * Runs `work` with the turn to disturb a stack, which no other command has meanwhile. An `up` that `work` runs finds the
 * turn's id in the environment.
 *
 * @param outputs the present outputs; `work` may replace load balancers.
 * @param command for the message to another command, such as `npm run patch`.
 * @throws TurnTaken if another command has the turn.
 */
export async function withTurn<T>(
  outputs: () => StackOutputs,
  command: string,
  work: (turn: Pick<StackTurn, "renew">) => Promise<T>,
): Promise<T> {
  const turn = await StackTurn.take(() => hostsOf(outputs()), holderName(command));
  process.env[passedTurn] = turn.id;
  try {
    return await work(turn);
  } finally {
    delete process.env[passedTurn];
    await turn.release();
  }
}
