import { outOfService, waitForService } from "./hosts";
import { outputsOf } from "./operated-stack";
import type { StackNode, StackOutputs } from "./outputs";
import { upAgain } from "./engine-commands";

/** Longest time until a stack is in service after its `up`, which itself waits for each node, seconds. */
export const serviceSeconds = 120;

/**
 * Runs `up` with a refresh, and waits until every node is in service; returns the new outputs.
 *
 * @throws Error if `up` fails, or if a node is not in service in time.
 */
export async function servedAgain(stack: string | undefined): Promise<StackOutputs> {
  await upAgain(stack);
  const outputs = outputsOf(stack);
  await waitForService(outputs, serviceSeconds);
  return outputs;
}

/** Longest wait for a stack that was disturbed a moment ago to be in service, seconds. */
const settledSeconds = 60;

/** Remaining work of a command, after it has finished an interrupted earlier one. */
export interface RemainingWork {
  outputs: StackOutputs;
  /** Nodes to work on, in order: those that are out of service come first. */
  names: string[];
  /** The nodes among the names that are out of service. */
  out: ReadonlySet<string>;
}

/**
 * Finishes what an interrupted command began: `up` with a refresh creates a server that was deleted, and configures a
 * server with an empty disk, which proves its new host key.
 *
 * @param mark what is another one on a finished node: the id of a server that was to be replaced, or the host key of
 * one that was to be rebuilt.
 */
export async function finishEarlier(
  outputs: StackOutputs,
  names: readonly string[],
  stack: string | undefined,
  mark: (node: StackNode) => string | number | undefined,
): Promise<RemainingWork> {
  const notServing = await waitForService(outputs, settledSeconds).then(
    () => [],
    () => outOfService(outputs),
  );
  if (!notServing.some((name) => names.includes(name)))
    return { outputs, names: [...names], out: new Set() };
  console.log(
    `not in service: ${notServing.join(", ")}; first finishes what an earlier command began`,
  );
  await upAgain(stack).catch(({ message }: Error) => console.error(message));
  const now = outputsOf(stack);
  const markIn = ({ nodes }: StackOutputs, name: string) => {
    const node = nodes.find((one) => one.name === name);
    return node && mark(node);
  };
  const left = names.filter((name) => markIn(outputs, name) === markIn(now, name));
  const still = await outOfService(now);
  const out = new Set(left.filter((name) => still.includes(name)));
  return { outputs: now, names: [...out, ...left.filter((name) => !out.has(name))], out };
}
