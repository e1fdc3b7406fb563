import { setTimeout as pause } from "node:timers/promises";
import { cloudAct } from "../../rolling/cloud-api";
import { waitUntil } from "../../rolling/wait-until";
import { cloudFloatingIps, cloudServers, localCloud } from "../local/cloud";
import { holderOf, edgeStates, loadBalancers, switchEdge } from "../operate/edge";
import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Drill, Measured } from "./drill";
import { holder, waitForNormal } from "./edge-state";
import { type Pair, watched } from "./edge-watch";

/** Longest time until a master reverses a manual move, seconds. */
const takeBackSeconds = 35;

/**
 * Assigns the floating IP to a server, or to none, as an operator with the token does: one address after the other,
 * because each action locks the server.
 */
async function moveByHand(to: string | undefined): Promise<void> {
  const floatingIps = await cloudFloatingIps();
  const server = (await cloudServers()).find(({ name }) => name === to)?.id;
  for (const { id } of floatingIps) {
    const path = `/floating_ips/${id}/actions/${to === undefined ? "unassign" : "assign"}`;
    await cloudAct(localCloud(), "POST", path, server === undefined ? {} : { server });
  }
}

/** Resolves with the time until `node` has the floating IP again, milliseconds. */
async function timeUntilHeld(node: string): Promise<number> {
  const begun = Date.now();
  await waitUntil(
    `${node} having the address`,
    async () => {
      if ((await holder().catch(() => "nobody")) !== node) throw new Error("not yet");
      return true;
    },
    // Each check takes two of the API's 3 600 calls per hour, which the mover shares.
    { timeoutSeconds: takeBackSeconds + 10, intervalMs: 1_000 },
  );
  return Date.now() - begun;
}

/** The first load balancer has the floating IP and is master: only it takes the IP back from a healthy node. */
async function movedByHand(outputs: StackOutputs): Promise<Measured> {
  const [first] = loadBalancers(outputs);
  const now = holderOf(await edgeStates(outputs));
  if (now && now !== first) {
    await switchEdge(outputs, now, first!, () => undefined);
    await waitForNormal(outputs);
  }
  let tookMs = 0;
  const measured = await watched(outputs, 1_000, async ({ active, standby }: Pair) => {
    await moveByHand(standby);
    tookMs = await timeUntilHeld(active);
  });
  if (tookMs > takeBackSeconds * 1000) throw new Error(`taken back after ${tookMs} ms`);
  return { ...measured, notes: [`taken back after ${(tookMs / 1000).toFixed(1)} s`] };
}

/** Name of the API that only the brokers' `/etc/hosts` contains. */
const apiName = "api.drill.internal";

const brokerConfig = "/etc/webstack/broker.json";
const restartBroker = "systemctl restart webstack-broker";
/** Command that writes `/etc/hosts` in place: the file is mounted into a local host and cannot be replaced. */
const learnName = [
  `cp -p ${brokerConfig} ${brokerConfig}.drill`,
  "cp /etc/hosts /etc/webstack/hosts.drill",
  `address=$(grep -o "198[.]1[89][.][0-9.]*" ${brokerConfig} | head -1)`,
  `echo "$address ${apiName}" >> /etc/hosts`,
  `sed -i "s/$address/${apiName}/" ${brokerConfig}`,
  restartBroker,
  "sleep 2",
  "cat /etc/webstack/hosts.drill > /etc/hosts",
  `! getent hosts ${apiName}`,
].join("; ");
const forgetName = [
  `mv ${brokerConfig}.drill ${brokerConfig}`,
  "cat /etc/webstack/hosts.drill > /etc/hosts",
  "rm /etc/webstack/hosts.drill",
  restartBroker,
].join("; ");

/** Gives the brokers a name of the API, which no longer resolves after they have used it once. */
async function withoutResolver({ active, outputs }: Pair): Promise<void> {
  const brokers = outputs.nodes.filter(({ role }) => role === "db").slice(0, 2);
  const onEach = (script: string) =>
    Promise.all(
      brokers.map(({ name }) => runOnNode(outputs, name, `sudo sh -ec '${script}'`, 30_000)),
    );
  try {
    await onEach(learnName);
    await inject({ fault: "power-off", server: active });
    await pause(6_000);
  } finally {
    await onEach(forgetName);
  }
}

/** Applies the bundle of the first boot, with a line that HAProxy does not know. */
async function invalidPush({ active, outputs }: Pair): Promise<void> {
  const script = [
    "const b = JSON.parse(require('fs').readFileSync('/var/lib/webstack/bundle.json', 'utf8'));",
    "b.files['/etc/haproxy/haproxy.cfg'].content += '\\nbogus directive\\n';",
    "process.stdout.write(JSON.stringify({ bundle: b, secrets: {} }));",
  ].join(" ");
  const encoded = Buffer.from(script).toString("base64");
  const command =
    `echo ${encoded} | base64 -d | sudo node | ` +
    "sudo node /usr/local/lib/webstack/converge.js apply || true";
  const output = await runOnNode(outputs, active, command, 60_000);
  const outcome = JSON.parse(output.trim().split("\n").at(-1)!) as { ok: boolean; error?: string };
  if (outcome.ok) throw new Error("the invalid configuration was taken");
  if (!/bogus|haproxy/.test(JSON.stringify(outcome))) throw new Error(`refused for ${output}`);
}

async function plannedSwitch({ active, standby, outputs }: Pair): Promise<void> {
  await switchEdge(outputs, active, standby, () => undefined);
}

/** Operators' errors, and planned changes. */
export const operatorDrills: readonly Drill[] = [
  {
    id: "F12",
    title: "the API's name does not resolve during F5",
    boundMs: 3_000,
    moves: [1, 1],
    run: (outputs) => watched(outputs, 1_000, withoutResolver),
  },
  {
    id: "F13",
    title: "an operator moves the address to the standby",
    // Connections that are open during the move end; either node serves new ones.
    boundMs: 500,
    moves: [2, 2],
    run: movedByHand,
  },
  {
    id: "F13b",
    title: "an operator unassigns the address",
    boundMs: takeBackSeconds * 1000,
    moves: [1, 1],
    run: (outputs) =>
      watched(outputs, 3_000, async ({ active }) => {
        await moveByHand(undefined);
        await timeUntilHeld(active);
      }),
  },
  {
    id: "F17",
    title: "an invalid configuration is pushed",
    boundMs: 0,
    moves: [0, 0],
    failed: 0,
    run: (outputs) => watched(outputs, 1_000, invalidPush),
  },
  {
    id: "F18",
    title: "planned switch",
    boundMs: 1_000,
    moves: [1, 1],
    failed: 0,
    run: (outputs) => watched(outputs, 3_000, plannedSwitch, { hasHttp2: true }),
  },
];
