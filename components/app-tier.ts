import * as pulumi from "@pulumi/pulumi";
import { appBundle, appEnv, appSecretPaths } from "../services/app/app-bundle";
import type { Bundle, BundleRelease } from "../services/bundle";
import type { PlannedNode } from "../topology";
import { randomPassword } from "./database-credentials";
import { type ConfiguredHost, hostBundle, type HostSettings, userData } from "./host";
import type { DatabaseAccess } from "./mysql-cluster";
import type { ServerSettings } from "./server";
import { tierServers } from "./tier-servers";

/** Arguments of {@link AppTier}. */
export interface AppTierArgs {
  /** Planned nodes; at least one. */
  nodes: readonly PlannedNode[];
  /** Databases of the app. */
  database: DatabaseAccess;
  /** Environment of the app, such as `{ LOG_LEVEL: "info" }`. */
  env: Readonly<Record<string, string>>;
  /** Environment of the app that is kept secret. */
  secretEnv: pulumi.Input<Record<string, string>>;
  /** Processes of the app on each node, 1 or more. */
  processes: number;
  /** The app's release. */
  release: BundleRelease;
  /** What the servers have in common. */
  server: ServerSettings;
  /** What all hosts have in common. */
  host: HostSettings;
}

/** Hosts that run the app and, beside it, a proxy that follows the database primary. */
export class AppTier extends pulumi.ComponentResource {
  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];

  /** @throws pulumi.ResourceError if there is no node. */
  constructor(name: string, args: AppTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:AppTier", name, {}, opts);
    if (args.nodes.length === 0) {
      throw new pulumi.ResourceError(
        "nodes must name at least one app node, got []; set app.count to 1 or more",
        this,
        true,
      );
    }

    const { nodes, server, host, database } = args;
    const sessionSecret = randomPassword(`${name}-session-secret`, this);
    const servers = tierServers(this, name, {
      nodes,
      server,
      userData: (node) => userData(host, bundle(args, node)),
    });
    this.hosts = servers.map((each) => ({
      server: each,
      bundle: bundle(args, each.node),
      secrets: {
        [appSecretPaths.env]: environment(args, each.node, sessionSecret),
        [appSecretPaths.databaseCa]: database.caPem,
      },
    }));
    this.registerOutputs();
  }
}

function bundle({ host, database, processes, release }: AppTierArgs, node: PlannedNode): Bundle {
  const databases = database.nodes.map(({ name, privateIp }) => ({ name, privateIp }));
  return hostBundle(node, host, appBundle({ node: node.name, databases, processes, release }));
}

/** The app's environment file. The stack's own variables come last: settings cannot replace them. */
function environment(
  { database, env, secretEnv }: AppTierArgs,
  { name }: PlannedNode,
  sessionSecret: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([secretEnv, database.appPassword, sessionSecret])
      .apply(([secret, password, SESSION_SECRET]) =>
        appEnv({
          ...env,
          ...secret,
          NODE_NAME: name,
          // The proxy on this host; passwords are letters and digits, so nothing is escaped.
          DATABASE_URL_RW: `mysql://app:${password}@127.0.0.1:3306/app`,
          DATABASE_URL_RO: `mysql://app:${password}@127.0.0.1:3307/app`,
          DATABASE_CA_FILE: appSecretPaths.databaseCa,
          SESSION_SECRET,
        }),
      ),
  );
}
