import { sha256 } from "../../host/converge/files";
import type { StackOutputs } from "../../scripts/operate/outputs";
import { runOnNode } from "../../scripts/operate/ssh";

/** Small files of a host, each with the digest of its content. */
const digests =
  "sudo find /etc /run /var/lib/webstack -xdev -type f -size -2k -exec sha256sum {} + 2>/dev/null || true";

/** Names of the nodes that have the API token in a file. It is looked for by its digest. */
export async function nodesWithToken(outputs: StackOutputs, token: string): Promise<string[]> {
  const wanted = [sha256(token), sha256(`${token}\n`)];
  const found = await Promise.all(
    outputs.nodes.map(async ({ name }) => {
      const lines = await runOnNode(outputs, name, digests, 60_000);
      return wanted.some((digest) => lines.includes(digest)) ? [name] : [];
    }),
  );
  return found.flat();
}

/** What a broker answers to a load balancer without its certificate: nothing, or a status. */
export async function brokerWithoutCertificate(outputs: StackOutputs): Promise<string> {
  const of = (role: string) => outputs.nodes.find((node) => node.role === role)!;
  const url = `https://${of("db").privateIp}:9300/v1/floating_ips`;
  const command = `curl -sk -m 3 -o /dev/null -w '%{http_code} %{errormsg}' ${url} || true`;
  return (await runOnNode(outputs, of("lb").name, command)).trim();
}
