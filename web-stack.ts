import * as pulumi from "@pulumi/pulumi";
import { Rollout } from "./components/rollout";
import type { ReleaseFacts } from "./release/facts";
import { type Role, topology } from "./topology";
import type { WebStackArgs } from "./web-stack/args";
import { loginNameHook } from "./rolling/login-name";
import { unlessPassedOver } from "./rolling/passed-over";
import { stagingHook } from "./rolling/staging";
import { type Foundation, foundation } from "./web-stack/foundation";
import { retiringHooks } from "./web-stack/hooks";
import { serverTiers, type Tiers } from "./web-stack/server-tiers";

/** Outputs of a stack. A type alias, because an interface is not assignable to Pulumi's record of outputs. */
export type WebStackOutputs = {
  /** URL for visitors, such as `https://www.example.com/`. */
  url: pulumi.Output<string>;
  /** Floating addresses, no prefix. */
  floatingIp: { ipv4: pulumi.Output<string>; ipv6: pulumi.Output<string> | undefined };
  /** All nodes: load balancers, web nodes, app nodes, databases. */
  nodes: {
    name: string;
    role: Role;
    privateIp: string;
    /** Public IPv4 address; undefined for a node without one. */
    publicIp: pulumi.Output<string> | undefined;
    serverId: pulumi.Output<number>;
    /** SSH host key that the first contact proved: type and Base64 data. */
    hostKey: pulumi.Output<string>;
  }[];
  /** SSH login name, and the bastions' public addresses. */
  ssh: { user: string; bastions: pulumi.Output<string>[] };
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Output<string>;
  /** The app's release; its metadata is unknown if the hosts download it. */
  release: { digest: string } & Omit<ReleaseFacts, "command" | "runtime">;
  /** Runtime on the app nodes, such as `Node.js 24.21.0`. @default the Node.js of the distribution */
  runtime?: string;
  /**
   * Public key of the database nodes, for `.ssh/authorized_keys` of the SFTP server of the backups. @default the
   * backups go to a bucket, or the stack file has the key
   */
  backupsKey?: pulumi.Output<string>;
};

/**
 * The whole stack: servers of all tiers on one network, behind the floating addresses.
 *
 * `webStack` is a function, not a component resource. A component would be the parent of all others, or a new resource
 * beside them: either way the preview of an existing stack would plan a change.
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
  const rollouts = rollOut(args, base, tiers, privateKey);
  return outputs(args, base, tiers, { privateKey, rollouts });
}

/** All nodes, and the routes to them. */
function routesIn({ lb, web, app, db }: Tiers) {
  return [lb.hosts, web, app, db].flat().map(({ server }) => {
    const { node } = server;
    return node.role === "lb"
      ? { node, host: server.reachedAt(), bastions: [] }
      : { node, host: node.privateIp, bastions: lb.publicIps };
  });
}

/** The same as inputs of the provider. */
function routedHosts(tiers: Tiers) {
  return routesIn(tiers).map(({ node, ...way }) => ({ node: node.name, ...way }));
}

/** The deploy key, once every node accepts it. */
function provedKey({ access }: Foundation, tiers: Tiers): pulumi.Output<string> {
  const { lb, web, app, db } = tiers;
  const servers = [lb.hosts, web, app, db].flat().map(({ server }) => server);
  return access.provenPrivateKey(routedHosts(tiers), servers);
}

/**
 * Configures tier after tier, from the databases outwards, through the load balancers. Before the first node switches
 * to a new release, the web nodes have its assets. Before a secret of two is retired, every app node uses a newer one.
 */
function rollOut(
  { archive, runtime, release }: WebStackArgs,
  { access: admin }: Foundation,
  tiers: Tiers,
  privateKey: pulumi.Output<string>,
): readonly Rollout[] {
  const { lb, web, app, db } = tiers;
  const firstContactKey = (node: string) => admin.firstContactKey(node);
  const direct = { user: admin.user, privateKey, firstContactKey };
  const access = { ...direct, bastions: lb.publicIps };
  const bastions = lb.servers;
  const pushed = archive === undefined ? {} : { archive };
  // All servers first: a resize and a service restart at the same time would take two nodes out of service.
  const servers = [lb.hosts, web, app, db].flat().map(({ server }) => server);
  const holders = app.map(({ server }) => server.node);
  const retiring = retiringHooks(holders, access);
  // First of all hooks: the others log in with the new name.
  const login = loginNameHook({ routes: routesIn(tiers), privateKey });
  const dbHooks = { beforeUpdate: [login, retiring.db] };
  const dbDone = new Rollout("db", { hosts: db, access, hooks: dbHooks, after: servers });
  const afterDb = [...bastions, dbDone];
  const runtimeArchive = runtime.pushed?.archive;
  const nodes = web.map(({ server }) => server.node);
  const staging = stagingHook({ ...access, nodes, release, archive });
  const hooks = { beforeUpdate: [login, ...(staging.beforeUpdate ?? [])] };
  const appHooks = { beforeUpdate: [...hooks.beforeUpdate, retiring.app] };
  const withRuntime = {
    ...pushed,
    hooks: appHooks,
    ...(runtimeArchive === undefined ? {} : { runtimeArchive }),
  };
  const appDone = new Rollout("app", { hosts: app, access, ...withRuntime, after: afterDb });
  const afterApp = [...bastions, appDone];
  const webDone = new Rollout("web", { hosts: web, access, ...pushed, hooks, after: afterApp });
  const lbDone = new Rollout("lb", {
    ...{ hosts: lb.hosts, access: direct, hooks: { beforeUpdate: [login] }, after: [webDone] },
    everyHost: routedHosts(tiers),
  });
  return [dbDone, appDone, webDone, lbDone];
}

function outputs(
  args: WebStackArgs,
  { access, addresses, backupAccess }: Foundation,
  tiers: Tiers,
  done: { privateKey: pulumi.Output<string>; rollouts: readonly Rollout[] },
): WebStackOutputs {
  const { privateKey, rollouts } = done;
  const hostKeys = Object.assign({}, ...rollouts.map((one) => one.hostKeys)) as Rollout["hostKeys"];
  const { domain, release, facts, runtime } = args;
  const hosts = [tiers.lb.hosts, tiers.web, tiers.app, tiers.db].flat();
  const { mode } = args.edgeTls;
  const scheme = mode === "pem" || mode === "acme" ? "https" : "http";
  return {
    url: unlessPassedOver(
      pulumi.interpolate`${scheme}://${domain ?? addresses.ipv4.address}/`,
      rollouts.map(({ unreached }) => unreached),
    ),
    floatingIp: { ipv4: addresses.ipv4.address, ipv6: addresses.ipv6?.address },
    nodes: hosts.map(({ server: { node, publicIp, serverId } }) => {
      const { name, role, privateIp } = node;
      return { name, role, privateIp, publicIp, serverId, hostKey: hostKeys[name]! };
    }),
    ssh: { user: access.user, bastions: tiers.lb.publicIps },
    privateKey,
    release: { digest: release.digest, ...originOf(facts) },
    ...(runtime.text === undefined ? {} : { runtime: runtime.text }),
    ...(backupAccess ? { backupsKey: backupAccess.publicKey } : {}),
  };
}

function originOf({ command: _, runtime: __, ...origin }: ReleaseFacts) {
  return origin;
}
