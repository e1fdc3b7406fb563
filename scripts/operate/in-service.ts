import type { StackNode, StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** Where a node says whether it is healthy, as it is asked on the node itself; as in its bundle. */
const healthUrl: Record<StackNode["role"], (node: StackNode) => string> = {
  lb: () => "http://127.0.0.1:80/-/edge",
  web: () => "http://127.0.0.1:80/healthz",
  app: () => "http://127.0.0.1:3000/readyz",
  db: ({ privateIp }) => `http://${privateIp}:9200/health`,
};

/** Names of the nodes that are not healthy or do not answer. */
export async function outOfService(outputs: StackOutputs): Promise<string[]> {
  const asked = outputs.nodes.map(async (node) => {
    const command = `curl -sfo /dev/null -m 5 ${healthUrl[node.role](node)}`;
    return runOnNode(outputs, node.name, command).then(
      () => [],
      () => [node.name],
    );
  });
  return (await Promise.all(asked)).flat();
}
