import { cloudProject, deleteServer } from "./cloud-project";
import { serverIdOf, type StackOutputs } from "./outputs";
import { servedAgain } from "./served-again";
import { stepAside, stepBack } from "./step-aside";

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
  const serverId = serverIdOf(node);
  const project = cloudProject(stack);
  await stepAside(outputs, node, (text) => console.log(text));
  console.log(`${name}: deletes server ${serverId}`);
  try {
    await deleteServer(project, serverId);
  } catch (error) {
    await stepBack(outputs, node);
    throw error;
  }
  const made = await servedAgain(stack);
  console.log(`${name}: in service again, on a new server`);
  return made;
}
