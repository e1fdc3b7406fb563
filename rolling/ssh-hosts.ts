import { createRequire } from "node:module";
import type { HostNode, Hosts } from "./hosts";

/** How a connection to a host is made. */
export type Connect = typeof import("../provider/connect").connect;

/** How hosts are reached over SSH. */
export interface SshAccess {
  /** All nodes. */
  nodes: readonly HostNode[];
  /** Login name with sudo. */
  user: string;
  /** Private key of that login in OpenSSH form. */
  privateKey: string;
  /** Public addresses of the load balancers by name: the way in to all others. */
  publicIps: ReadonlyMap<string, string>;
  /** @default that of the provider */
  connect?: Connect;
}

/** Loaded when a host is reached: most runs change no server, and it takes a tenth of a second. */
const connectAsProvider: Connect = (visit) => {
  const load = createRequire(__filename);
  return (load("../provider/connect") as { connect: Connect }).connect(visit);
};

/** Longest wait for a connection on one way, seconds. */
const connectSeconds = 5;
/** Usual limit of a command, milliseconds. */
const usualMs = 15_000;
/** Most that is repeated of what a command said, characters. */
const tailLength = 300;

/**
 * The hosts of a stack: load balancers at their public address, every other node through the first
 * load balancer that leads there. What is sent holds no secret, so host keys are not compared here;
 * configurations, which hold secrets, go to pinned keys alone.
 */
export function sshHosts(access: SshAccess): Hosts {
  const { nodes, user, privateKey, publicIps, connect = connectAsProvider } = access;
  /** Ways that failed last are tried last. */
  let ways = [...publicIps.values()];
  const waysTo = ({ name, role, privateIp }: HostNode) => {
    if (role !== "lb") return ways.map((bastion) => ({ host: privateIp, bastions: [bastion] }));
    const host = publicIps.get(name);
    return host === undefined ? [] : [{ host, bastions: [] }];
  };
  const sessionOf = async (node: HostNode, stop: AbortSignal) => {
    let last = new Error(`${node.name} has no address, or no load balancer has one`);
    for (const { host, bastions } of waysTo(node)) {
      try {
        return await connect({
          connection: { host, user, privateKey, bastions },
          ...{ pinned: undefined, timeoutSeconds: connectSeconds, urn: "", signal: stop },
          say: () => undefined,
        });
      } catch (error) {
        last = error as Error;
        ways = [...ways.filter((way) => !bastions.includes(way)), ...bastions];
      }
    }
    throw last;
  };
  return {
    nodes,
    run: async (name, command, timeoutMs = usualMs) => {
      const node = nodes.find((one) => one.name === name);
      if (!node) throw new Error(`${name} is no node of the stack`);
      const stop = new AbortController();
      const session = await sessionOf(node, stop.signal);
      try {
        const options = { timeoutSeconds: timeoutMs / 1000 };
        const { status, stdout, stderr } = await session.run(command, options);
        if (status === 0) return stdout;
        const said = (stderr.trim() || stdout.trim()).slice(-tailLength);
        throw new Error(`${name}: a command ended with ${status}: ${said}`);
      } finally {
        session.close();
      }
    },
  };
}
