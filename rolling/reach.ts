import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "./cloud";
import type { HostNode } from "./hosts";
import type { ResizeDependencies } from "./resize";
import { sshHosts } from "./ssh-hosts";

/** Access of a program to the cloud and the hosts of its stack. */
export interface ReachArgs {
  /** All nodes of the stack. */
  nodes: readonly HostNode[];
  /** Login name with sudo on every node. */
  user: string;
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** The earlier key, which hosts accept until all have the new one; a secret. @default none */
  formerPrivateKey?: pulumi.Input<string> | undefined;
  /** API of the stack's project. */
  project: {
    /** Endpoint including the version, as this machine reaches it. */
    endpoint: string;
    token: pulumi.Input<string>;
  };
  /** Labels of the stack's servers, such as `project=webstack,stack=dev`. */
  selector: string;
}

/** The cloud and the hosts of a stack. Addresses come from the API, because outputs resolve only after a change. */
export function reach(args: ReachArgs): Pick<ResizeDependencies, "cloud" | "hosts"> {
  const { nodes, user, project, selector } = args;
  const keys = valueOf(
    pulumi.all([args.privateKey, args.formerPrivateKey ?? pulumi.output(undefined)]),
  );
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
      const [privateKey, formerPrivateKey] = await soon(keys);
      return sshHosts({ nodes, user, privateKey, formerPrivateKey, publicIps });
    },
  };
}

/** Resolves with the value of an input, once it is known. */
function valueOf<T>(input: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => pulumi.output(input).apply((value) => resolve(value as T)));
}

/** Longest wait for a value that the engine knows before it creates a server, milliseconds. */
const soonMs = 60_000;

/** The value, with a limit of the wait: a value that a preview does not know never resolves. */
function soon<T>(value: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    const words = `the deploy key is not known after ${soonMs / 1000} s, so no host is reached`;
    setTimeout(() => reject(new Error(words)), soonMs).unref();
  });
  late.catch(() => undefined);
  return Promise.race([value, late]);
}
