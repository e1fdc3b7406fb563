import { createRequire } from "node:module";
import type { HostNode, Hosts } from "./hosts";

/** Opens a connection to a host. */
export type Connect = typeof import("../provider/connect").connect;

/** Access to the hosts over SSH. */
export interface SshAccess {
  /** All nodes. */
  nodes: readonly HostNode[];
  /** Login name with sudo. */
  user: string;
  /** Private key of that login in OpenSSH form. */
  privateKey: string;
  /** The earlier key, tried after `privateKey`. @default none */
  formerPrivateKey?: string | undefined;
  /** Public addresses of the load balancers by name: the bastions for all other nodes. */
  publicIps: ReadonlyMap<string, string>;
  /** Function that opens connections. @default the provider's */
  connect?: Connect;
}

/** Loads the module at the first connection: most runs change no server, and the load takes a tenth of a second. */
const connectAsProvider: Connect = (visit) => {
  const load = createRequire(__filename);
  return (load("../provider/connect") as { connect: Connect }).connect(visit);
};

/** Longest wait for a connection over one route, seconds. */
const connectSeconds = 5;
/** Default limit of a command's run, milliseconds. */
const usualMs = 15_000;
/** Largest part of a command's output in an error message, characters. */
const tailLength = 300;

/**
 * The hosts of a stack: load balancers at their public address, every other node through the first
 * load balancer with a route to the node. The commands contain no secret, so this function compares no host
 * keys; configurations, which contain secrets, go only to hosts with the pinned key.
 */
export function sshHosts(access: SshAccess): Hosts {
  const {
    nodes,
    user,
    privateKey,
    formerPrivateKey,
    publicIps,
    connect = connectAsProvider,
  } = access;
  /** Bastions; the one that failed most recently is last. */
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
          connection: {
            ...{ host, user, privateKey, bastions },
            ...(formerPrivateKey === undefined ? {} : { formerPrivateKey }),
          },
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
        const output = (stderr.trim() || stdout.trim()).slice(-tailLength);
        throw new Error(`${name}: a command ended with ${status}: ${output}`);
      } finally {
        session.close();
      }
    },
  };
}
