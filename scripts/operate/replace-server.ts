import { cloudProject, deleteServer } from "./cloud-project";
import { waitForService } from "./in-service";
import { outputsOf } from "./operated-stack";
import type { StackOutputs } from "./outputs";
import { stepAside, stepBack } from "./step-aside";
import { upAgain } from "./up";

/** Time until a stack is in service after its `up`, which itself waits for each node, seconds. */
export const serviceSeconds = 120;

/**
 * Replaces one node's server: the node is drained, the server is deleted, and `up` creates a new server.
 * Returns the outputs with the new server.
 *
 * @throws Error if a step fails; the node serves again if its server could not be deleted.
 */
export async function replaceServer(
  outputs: StackOutputs,
  name: string,
  stack: string | undefined,
): Promise<StackOutputs> {
  const node = outputs.nodes.find((one) => one.name === name)!;
  const { serverId } = node;
  if (serverId === undefined)
    throw new Error("the outputs are of an earlier release; run up first");
  const project = cloudProject(stack);
  await stepAside(outputs, node, (text) => console.log(text));
  console.log(`${name}: deletes server ${serverId}`);
  try {
    await deleteServer(project, serverId);
  } catch (error) {
    await stepBack(outputs, node);
    throw error;
  }
  await upAgain(stack);
  const made = outputsOf(stack);
  await waitForService(made, serviceSeconds);
  console.log(`${name}: in service again, on a new server`);
  return made;
}
