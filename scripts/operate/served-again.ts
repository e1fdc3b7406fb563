import { waitForService } from "./in-service";
import { outputsOf } from "./operated-stack";
import type { StackOutputs } from "./outputs";
import { upAgain } from "./up";

/** Time until a stack is in service after its `up`, which itself waits for each node, seconds. */
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
