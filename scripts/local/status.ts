import { z } from "zod";
import { askSupervisor } from "../operate/databases";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { cloudFloatingIps, cloudServers } from "./cloud";

/** State of a database node, from its `GET /state`. */
const databaseState = z.looseObject({
  member: z.looseObject({ state: z.string(), role: z.string() }).nullish(),
  // Empty for a primary that takes writes, and for every other node.
  noWrites: z.string().default(""),
});

/** One line of the status table. */
export interface NodeStatus {
  name: string;
  /** The cloud's status of the server: running, off, ... */
  machine: string;
  /** systemd's state of the host: running, degraded, or why the host does not answer. */
  host: string;
  /** Role of the node: holder of the floating IP, primary, replica, or its services. */
  duty: string;
}

async function machineStates(): Promise<Map<string, { id: number; status: string }>> {
  const servers = await cloudServers();
  return new Map(servers.map(({ id, name, status }) => [name, { id, status }]));
}

async function floatingIpOwners(): Promise<Map<number, string[]>> {
  const owners = new Map<number, string[]>();
  for (const { ip, server } of await cloudFloatingIps()) {
    if (server !== null) owners.set(server, [...(owners.get(server) ?? []), ip]);
  }
  return owners;
}

const services: Record<string, string> = {
  lb: "haproxy keepalived",
  web: "nginx",
  app: "haproxy",
  db: "mysql",
};

async function ask(outputs: StackOutputs, node: StackNode): Promise<string[]> {
  const state = node.role === "db" ? `${askSupervisor("/state")}; echo` : "echo";
  const units = services[node.role] ?? "";
  const command = `systemctl is-system-running; systemctl is-active ${units} | xargs; ${state}`;
  const answer = await runOnNode(outputs, node.name, `sh -c '${command}'`);
  return answer.split("\n");
}

/** Role of a node. `state`: what its supervisor answered. */
export function roleText(
  role: string,
  units: string,
  state: string,
  owned: string[] | undefined,
): string {
  if (role === "lb") return `${units}${owned ? `; holds ${owned.join(" and ")}` : "; standby"}`;
  if (role !== "db") return units;
  try {
    const { member, noWrites } = databaseState.parse(JSON.parse(state));
    if (!member) return `${units}; no group`;
    const writes = noWrites === "" ? "" : `, takes no writes: ${noWrites}`;
    return `${member.role.toLowerCase()}, ${member.state}${writes}`;
  } catch {
    return `${units}; the supervisor does not answer`;
  }
}

/** Queries the cloud and every host at once. A host that does not answer is reported, and is no error. */
export async function stackStatus(outputs: StackOutputs): Promise<NodeStatus[]> {
  const [machines, owners] = await Promise.all([machineStates(), floatingIpOwners()]);
  return Promise.all(
    outputs.nodes.map(async (node) => {
      const machine = machines.get(node.name);
      const owned = machine && owners.get(machine.id);
      const base = { name: node.name, machine: machine?.status ?? "missing" };
      try {
        const [host = "", units = "", state = ""] = await ask(outputs, node);
        return { ...base, host, duty: roleText(node.role, units, state, owned) };
      } catch {
        const held = owned ? `the cloud routes ${owned.join(" and ")} here` : "";
        return { ...base, host: "does not answer", duty: held };
      }
    }),
  );
}

/** A drawing of the stack, a tier a line, as text. */
export function stackDiagram(outputs: StackOutputs): string {
  const tier = (role: string) =>
    outputs.nodes
      .filter((node) => node.role === role)
      .map(({ name, privateIp }) => `${name} ${privateIp}`)
      .join("   ");
  return [
    "                 clients",
    "                    |",
    `     floating IP ${outputs.floatingIp.ipv4}`,
    "                    |",
    `  HAProxy     ${tier("lb")}`,
    "                    |",
    `  Nginx       ${tier("web")}`,
    "                    |",
    `  Node.js     ${tier("app")}`,
    "                    |",
    `  MySQL       ${tier("db")}`,
  ].join("\n");
}
