import { askSupervisor } from "./databases";
import type { StackNode, StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

const curl = "curl -sfo /dev/null -m 5";

/** How a node is asked on the node itself whether it is healthy; as in its bundle. */
const healthCommand: Record<StackNode["role"], string> = {
  lb: `${curl} http://127.0.0.1:80/-/edge`,
  web: `${curl} http://127.0.0.1:80/healthz`,
  app: `${curl} http://127.0.0.1:3000/readyz`,
  db: askSupervisor("/health"),
};

/** Names of the nodes that are not healthy or do not answer. */
export async function outOfService(outputs: StackOutputs): Promise<string[]> {
  const asked = outputs.nodes.map(async (node) => {
    return runOnNode(outputs, node.name, healthCommand[node.role]).then(
      () => [],
      () => [node.name],
    );
  });
  return (await Promise.all(asked)).flat();
}
