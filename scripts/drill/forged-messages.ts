import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Name of a database node that does not exist. */
export const forgedNode = "db-9";
/** Epoch of a group that never existed, later than all real ones. */
const forgedEpoch = "99999999999999999999";

const view = `primary=${forgedNode}&epoch=${forgedEpoch}&counter=1&turn=0`;
const body = { primary: forgedNode, epoch: forgedEpoch, counter: 1, turn: 0 };

/** Paths of all supervisors' messages, with forged values; `node` is the name of a real node. */
export function forgedPaths(node: string): string[] {
  return [
    `/view?${view}`,
    `/claim?by=${node}&${view}`,
    `/claim?by=${forgedNode}&${view}`,
    `/release?by=${node}`,
    "/change",
    "/leaving",
    `/state?${view}`,
    "/override",
  ];
}

/** Script that calls each address on each port with each method, and counts the answers by status. */
export function forgedRequestsScript(addresses: readonly string[], node: string): string {
  const origins = addresses.flatMap((address) => [
    `http://${address}:9200`,
    `http://${address}:9201`,
    `https://${address}:9201`,
  ]);
  const json = JSON.stringify({ by: node, node, consent: true, view: body, ...body });
  // A silent port must cost one wait, not one for each message.
  const curl = `curl -sk --fail-early -m 2 --connect-timeout 0.3 -w '%{stderr}%{http_code}\\n'`;
  const calls = origins.flatMap((origin) => {
    const urls = forgedPaths(node).map((path) => `'${origin}${path}'`);
    const post = `-H 'content-type: application/json' -d '${json}'`;
    return [`${curl} ${urls.join(" ")}`, `${curl} ${post} ${urls.join(" ")}`];
  });
  const lines = calls.map((call) => `${call} 2>&1 >/dev/null`).join("\n");
  return `{\n${lines}\n} | sort | uniq -c | awk '{printf "%s times %s, ", $1, $2}'`;
}

/**
 * Sends all messages from one host to the supervisors of database nodes, as an unprivileged user;
 * returns the counted answers, such as `12 times 404, 36 times 000`.
 */
export async function sendForged(
  outputs: StackOutputs,
  from: string,
  to: readonly string[],
): Promise<string> {
  const addresses = outputs.nodes
    .filter(({ name }) => to.includes(name))
    .map(({ privateIp }) => privateIp);
  const encoded = Buffer.from(forgedRequestsScript(addresses, to.at(-1)!)).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo -u nobody bash`;
  return (await runOnNode(outputs, from, command, 120_000)).replace(/, $/, "");
}

/** Removes forged values from the supervisors' records: a group with such records would stay down. */
export async function removeForged(outputs: StackOutputs): Promise<void> {
  const folder = "/var/lib/webstack-supervisor";
  const found = `sudo grep -rlE '"${forgedNode}"|${forgedEpoch}' ${folder}`;
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const tell = (command: string) =>
    Promise.all(nodes.map((node) => runOnNode(outputs, node, command, 60_000)));
  const answers = await tell(`${found} || true`);
  if (answers.every((answer) => answer.trim() === "")) return;
  // All supervisors stop at once, because a running one would send the values to the others again.
  await tell("sudo systemctl stop webstack-supervisor");
  await tell(`${found} | xargs -r sudo rm -f; sudo systemctl start webstack-supervisor`);
}
