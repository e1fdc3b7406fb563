import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "./cloud";
import type { HostNode } from "./hosts";
import type { ResizeWorld } from "./resize";
import { sshHosts } from "./ssh-hosts";

/** How a program reaches the cloud and the hosts of its stack. */
export interface ReachArgs {
  /** All nodes of the stack. */
  nodes: readonly HostNode[];
  /** Login name with sudo on every node. */
  user: string;
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** API of the stack's project. */
  project: {
    /** With the version, as this machine reaches it. */
    endpoint: string;
    token: pulumi.Input<string>;
  };
  /** Labels of the stack's servers, such as `project=webstack,stack=dev`. */
  selector: string;
}

/** The cloud and the hosts of a stack. Addresses are the cloud's: outputs come after a change alone. */
export function reach(args: ReachArgs): Pick<ResizeWorld, "cloud" | "hosts"> {
  const { nodes, user, project, selector } = args;
  const key = valueOf(args.privateKey);
  const token = valueOf(project.token);
  const cloud = async () => cloudOf({ ...project, token: await token }, selector);
  return {
    cloud: {
      servers: async () => (await cloud()).servers(),
      type: async (name) => (await cloud()).type(name),
      powerOn: async (id) => (await cloud()).powerOn(id),
    },
    hosts: async (servers) => {
      const edge = new Set(nodes.filter(({ role }) => role === "lb").map(({ name }) => name));
      const publicIps = new Map(
        servers.flatMap(({ name, publicIp }) =>
          edge.has(name) && publicIp !== undefined ? [[name, publicIp] as const] : [],
        ),
      );
      return sshHosts({ nodes, user, privateKey: await soon(key), publicIps });
    },
  };
}

/** The value of an input, once it is known. */
function valueOf<T>(input: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => pulumi.output(input).apply((value) => resolve(value as T)));
}

/** Longest wait for a value that the engine knows before any server, milliseconds. */
const soonMs = 60_000;

/** The value, unless it is one that a preview does not know: it would be waited for without end. */
function soon<T>(value: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    const words = `the deploy key is not known after ${soonMs / 1000} s, so no host is reached`;
    setTimeout(() => reject(new Error(words)), soonMs).unref();
  });
  late.catch(() => undefined);
  return Promise.race([value, late]);
}
