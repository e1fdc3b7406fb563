import { askSupervisor } from "./databases";
import type { HostNode, Hosts } from "./hosts";

const curl = "curl -sfo /dev/null -m 5";
/** Command that checks the app. An app need not have the sample app's path; 5xx means that no process is ready. */
const appAnswers =
  "code=$(curl -so /dev/null -m 5 -w '%{http_code}' http://127.0.0.1:3000/readyz) && [ $code -lt 500 ]";

/** Command that checks a node's health on the node itself; as in the node's bundle. */
const healthCommand: Record<HostNode["role"], string> = {
  lb: `${curl} http://127.0.0.1:80/-/edge`,
  web: `${curl} http://127.0.0.1:80/healthz`,
  app: appAnswers,
  db: askSupervisor("/health"),
};

/** Names of the nodes that are not healthy or do not answer. */
export async function outOfService(hosts: Hosts): Promise<string[]> {
  const asked = hosts.nodes.map(async (node) => {
    return hosts.run(node.name, healthCommand[node.role]).then(
      () => [],
      () => [node.name],
    );
  });
  return (await Promise.all(asked)).flat();
}
