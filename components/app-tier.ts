import * as pulumi from "@pulumi/pulumi";
import { appBundle, appEnv, appSecretPaths } from "../templates/app-bundle";
import type { AppProgram } from "../templates/app-program";
import type { Bundle, BundleRelease } from "../templates/bundle";
import { appVariables } from "./app-variables";
import { randomPassword } from "./database-credentials";
import { type ConfiguredHost, hostBundle, type HostSettings, userData } from "./host";
import type { DatabaseAccess } from "./mysql-cluster";
import type { ServerNode, ServerSettings } from "./server";
import { tierServers } from "./tier-servers";

/** Arguments of {@link AppTier}. */
export interface AppTierArgs {
  /** Planned nodes; at least one. */
  nodes: readonly ServerNode[];
  /** Databases of the app. */
  database: DatabaseAccess;
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** Environment of the app, such as `{ LOG_LEVEL: "info" }`; values may hold placeholders. */
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

function bundle(args: AppTierArgs, node: ServerNode): Bundle {
  const { host, database, processes, program, release, nodes } = args;
  const part = appBundle({
    node: node.name,
    databases: database.nodes.map(({ name, privateIp }) => ({ name, privateIp })),
    program,
    // The roll-out begins with it, and ends there if the migration fails.
    migrates: node.name === nodes[0]!.name,
    processes,
    release,
    programs: host.programs,
  });
  return hostBundle(node, host, part);
}

/** The app's environment file. */
function environment(
  { database, env, secretEnv }: AppTierArgs,
  { name }: ServerNode,
  sessionSecret: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([secretEnv, database.appPassword, sessionSecret])
      .apply(([secret, password, session]) =>
        appEnv(
          appVariables({ node: name, password, sessionSecret: session }, { ...env, ...secret }),
        ),
      ),
  );
}
