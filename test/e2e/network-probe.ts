import { connect } from "node:net";
import type { StackOutputs } from "../../scripts/operate/outputs";
import { runOnNode } from "../../scripts/operate/ssh";

/** Ports tried from outside: the ones the stack uses, and the usual ones an administrator forgets. */
const triedPorts = [
  21, 22, 25, 53, 80, 111, 443, 3000, 3306, 3307, 3443, 5432, 6379, 8080, 8404, 9200, 9201, 9300,
  10000, 11211, 33060, 33061,
];

function answers(host: string, port: number, timeoutMs = 700): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (open: boolean) => (socket.destroy(), resolve(open));
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Ports of a public address that accept a connection from this machine. */
export async function portsOpenFromOutside(host: string): Promise<number[]> {
  const open = await Promise.all(triedPorts.map((port) => answers(host, port)));
  return triedPorts.filter((_, i) => open[i]);
}

/** What a web node can do on the private network. */
export interface NodeProbe {
  reachesApp: boolean;
  /** `address:port` of database ports that accepted a connection. */
  databasePorts: string[];
  /** Replies to packets with a source address the cloud did not give to the node. */
  spoofedReplies: number;
}

/** Tries from the first web node's shell what the design allows and forbids. */
export async function probeFromNode(outputs: StackOutputs): Promise<NodeProbe> {
  const of = (role: string) => outputs.nodes.filter((node) => node.role === role);
  const web = of("web")[0];
  const app = of("app")[0];
  if (!web || !app) throw new Error("the stack has no web or no app node");
  const test = (host: string, port: number) =>
    `timeout 1 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null && echo open ${host}:${port}`;
  const targets = of("db").flatMap(({ privateIp }) =>
    [3306, 33061, 9200, 9201, 9300, 22].map((port) => test(privateIp, port)),
  );
  const script = [...targets, test(app.privateIp, 3000), test(app.privateIp, 3443), "true"].join(
    "\n",
  );
  const open = (await runOnNode(outputs, web.name, script, 60_000))
    .split("\n")
    .filter((line) => line.startsWith("open "))
    .map((line) => line.slice(5));
  const spoofed = await runOnNode(outputs, web.name, spoofScript(app.privateIp), 30_000);
  return {
    reachesApp: [3000, 3443].every((port) => open.includes(`${app.privateIp}:${port}`)),
    databasePorts: open.filter((target) => !target.startsWith(`${app.privateIp}:`)),
    spoofedReplies: Number(/spoofed=(\d+)/.exec(spoofed)?.[1] ?? Number.NaN),
  };
}

/**
 * Takes a free address of the network on the node itself and connects from it. The positive
 * control, a connection from the node's own address, must succeed in the same run.
 */
function spoofScript(appIp: string): string {
  const foreign = "10.0.2.250";
  return [
    "set -u",
    `device=$(ip -o route get ${appIp} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')`,
    `sudo ip address add ${foreign}/32 dev "$device"`,
    `control=$(curl -s -o /dev/null -m 2 -w '%{http_code}' http://${appIp}:3000/healthz)`,
    `spoofed=$(curl -s -o /dev/null -m 2 -w '%{http_code}' --interface ${foreign} http://${appIp}:3000/healthz)`,
    `sudo ip address del ${foreign}/32 dev "$device"`,
    `[ "$control" = 200 ] || { echo "control failed: $control"; exit 1; }`,
    `[ "$spoofed" = 000 ] && echo spoofed=0 || echo spoofed=1`,
  ].join("\n");
}
