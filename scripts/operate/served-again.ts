import { outOfService, waitForService } from "./hosts";
import { outputsOf } from "./operated-stack";
import type { StackOutputs } from "./outputs";
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
export interface Left {
  outputs: StackOutputs;
  /** Nodes to rebuild, in order: those that are out of service come first. */
  names: string[];
  /** Those of the names that are out of service. */
  out: ReadonlySet<string>;
}

/**
 * Finishes an interrupted rebuild: `up` with a refresh configures a server with an empty disk, which proves its new
 * host key. A node that got a new key this way counts as rebuilt.
 */
export async function finishEarlier(
  outputs: StackOutputs,
  names: readonly string[],
  stack: string | undefined,
): Promise<Left> {
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
  const keyIn = ({ nodes }: StackOutputs, name: string) =>
    nodes.find((node) => node.name === name)?.hostKey;
  const left = names.filter((name) => keyIn(outputs, name) === keyIn(now, name));
  const still = await outOfService(now);
  const out = new Set(left.filter((name) => still.includes(name)));
  return { outputs: now, names: [...out, ...left.filter((name) => !out.has(name))], out };
}
