import * as pulumi from "@pulumi/pulumi";
import { Rollout } from "./components/rollout";
import type { ReleaseFacts } from "./release/facts";
import { type Role, topology } from "./topology";
import type { WebStackArgs } from "./web-stack/args";
import { type Foundation, foundation } from "./web-stack/foundation";
import { serverTiers, type Tiers } from "./web-stack/server-tiers";

/** What is known of a stack. A type and no interface, since a program's outputs are a record of anything. */
export type WebStackOutputs = {
  /** Where visitors come in, such as `https://www.example.com/`. */
  url: pulumi.Output<string>;
  /** Floating addresses, no prefix. */
  floatingIp: { ipv4: pulumi.Output<string>; ipv6: pulumi.Output<string> | undefined };
  /** All nodes: load balancers, web nodes, app nodes, databases. */
  nodes: {
    name: string;
    role: Role;
    privateIp: string;
    publicIp: pulumi.Output<string>;
    serverId: pulumi.Output<number>;
  }[];
  /** Login name, and the addresses that lead to all nodes. */
  ssh: { user: string; bastions: pulumi.Output<string>[] };
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Output<string>;
  /** The app's release; what it says of itself is not known if the hosts fetch it. */
  release: { digest: string } & Omit<ReleaseFacts, "command" | "runtime">;
  /** What runs it on the app nodes, such as `Node.js 24.21.0`. @default the Node.js of the distribution */
  runtime?: string;
};

/**
 * The whole stack: servers of all tiers on one network, behind the floating addresses.
 *
 * It is a function and no resource. A resource would be the parent of all others, or a new one beside
 * them: either way the preview of a stack that is there would plan a change.
 */
export function webStack(args: WebStackArgs): WebStackOutputs {
  const { web, app, db } = args;
  const plan = topology({
    ipRange: args.network.ipRange,
    locations: args.locations,
    counts: { lb: 2, web: web.count, app: app.count, db: db.nodes },
  });
  const base = foundation(args, plan);
  const tiers = serverTiers(args, plan, base);
  const privateKey = provedKey(base, tiers);
  rollOut(args, base, tiers, privateKey);
  return outputs(args, base, tiers, privateKey);
}

/** The deploy key once every node accepts it: before that a new one is of no use to anybody. */
function provedKey({ access }: Foundation, { lb, web, app, db }: Tiers): pulumi.Output<string> {
  const way = ({ server: { node, publicIp } }: Tiers["web"][number]) =>
    node.role === "lb"
      ? { node: node.name, host: publicIp, bastions: [] }
      : { node: node.name, host: node.privateIp, bastions: lb.publicIps };
  const hosts = [lb.hosts, web, app, db].flat();
  const servers = hosts.map(({ server }) => server);
  return access.opening(hosts.map(way), servers);
}

/** Configures tier after tier, from the databases outwards, through the load balancers. */
function rollOut(
  { archive, runtime }: WebStackArgs,
  { access: { user } }: Foundation,
  { lb, web, app, db }: Tiers,
  privateKey: pulumi.Output<string>,
): void {
  const direct = { user, privateKey };
  const access = { ...direct, bastions: lb.publicIps };
  const bastions = lb.servers;
  const pushed = archive === undefined ? {} : { archive };
  // A server that changes its type and a service that restarts would be two nodes that are away.
  const servers = [lb.hosts, web, app, db].flat().map(({ server }) => server);
  const dbDone = new Rollout("db", { hosts: db, access, after: servers });
  const afterDb = [...bastions, dbDone];
  const runtimeArchive = runtime.pushed?.archive;
  const withRuntime = { ...pushed, ...(runtimeArchive === undefined ? {} : { runtimeArchive }) };
  const appDone = new Rollout("app", { hosts: app, access, ...withRuntime, after: afterDb });
  const afterApp = [...bastions, appDone];
  const webDone = new Rollout("web", { hosts: web, access, ...pushed, after: afterApp });
  new Rollout("lb", { hosts: lb.hosts, access: direct, after: [webDone] });
}

function outputs(
  args: WebStackArgs,
  { access, addresses }: Foundation,
  tiers: Tiers,
  privateKey: pulumi.Output<string>,
): WebStackOutputs {
  const { domain, release, facts, runtime } = args;
  const hosts = [tiers.lb.hosts, tiers.web, tiers.app, tiers.db].flat();
  const { mode } = args.edgeTls;
  const scheme = mode === "pem" || mode === "acme" ? "https" : "http";
  return {
    url: pulumi.interpolate`${scheme}://${domain ?? addresses.ipv4.address}/`,
    floatingIp: { ipv4: addresses.ipv4.address, ipv6: addresses.ipv6?.address },
    nodes: hosts.map(({ server: { node, publicIp, serverId } }) => {
      const { name, role, privateIp } = node;
      return { name, role, privateIp, publicIp, serverId };
    }),
    ssh: { user: access.user, bastions: tiers.lb.publicIps },
    privateKey,
    release: { digest: release.digest, ...originOf(facts) },
    ...(runtime.text === undefined ? {} : { runtime: runtime.text }),
  };
}

function originOf({ command: _, runtime: __, ...origin }: ReleaseFacts) {
  return origin;
}
