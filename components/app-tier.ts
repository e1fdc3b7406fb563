import * as pulumi from "@pulumi/pulumi";
import { randomPassword } from "../resources/random-password";
import { appEnv, appSecretPaths, type AppBundleArgs } from "../services/app/app-bundle";
import { app } from "../services/app/service";
import type { BundleRelease } from "../services/bundle";
import { everyNode } from "../services/every-node";
import type { NodeFacts, NodeServices } from "../services/node-bundle";
import type { PlannedNode } from "../topology";
import type { DatabaseAccess } from "./mysql-cluster";
import { type ConfiguredHost, Tier, type TierArgs } from "./tier";

/** Arguments of {@link AppTier}. */
export interface AppTierArgs extends TierArgs {
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
}

type Own = Omit<AppBundleArgs, keyof NodeFacts>;

/** Hosts that run the app and, beside it, a proxy that follows the database primary. */
export class AppTier extends Tier<PlannedNode, Own> {
  /** What each node runs, in the order of its start. */
  static readonly services: NodeServices<NodeFacts & Own> = {
    system: everyNode("lb"),
    tier: [app],
  };

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

    const { database, processes, release } = args;
    const sessionSecret = randomPassword(`${name}-session-secret`, this);
    const known = () => ({ databases: database.nodes, processes, release });
    const servers = this.createServers(name, args, AppTier.services, known);
    this.hosts = this.configured(servers, args, AppTier.services, known, (node) => ({
      environment: environment(args, node, sessionSecret),
      databaseCa: database.caPem,
    }));
    this.registerOutputs();
  }
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
