import * as pulumi from "@pulumi/pulumi";
import { randomPassword } from "../resources/random-password";
import { appEnv, appSecretPaths, appVariables } from "../services/app/app-environment";
import type { AppProgram } from "../services/app/app-program";
import { app, type AppFacts } from "../services/app/service";
import type { Egress } from "../services/service";
import { appBalancer, type AppBalancerFacts } from "../services/app-balancer/service";
import type { AppJob } from "../services/app-jobs/job-units";
import { appJobs, type AppJobsFacts } from "../services/app-jobs/service";
import { appWorkers, type AppWorkersFacts, workersOn } from "../services/app-workers/service";
import type { AppWorker } from "../services/app-workers/worker-units";
import type { BundleRelease } from "../services/bundle";
import { databaseProxy, type DatabaseProxyFacts } from "../services/database-proxy/service";
import { everyNode, type NodeFacts, type NodeServices } from "../services/node-bundle";
import type { WebRequests } from "../services/requests";
import { numbered } from "../resources/naming";
import type { Peer, PlannedNode } from "../topology";
import type { DatabaseAccess } from "./mysql-cluster";
import type { InnerTlsAccess } from "./inner-tls";
import { type ConfiguredHost, Tier, type TierArgs } from "./tier";

/** Arguments of {@link AppTier}. */
export interface AppTierArgs extends TierArgs {
  /** Databases of the app. */
  database: DatabaseAccess;
  /** All database nodes that the stack has or may get, in order. */
  databaseSlots: readonly Peer[];
  /** How the app runs, and its health check. */
  program: AppProgram;
  /** Environment of the app, such as `{ LOG_LEVEL: "info" }`; values may hold placeholders. */
  env: Readonly<Record<string, string>>;
  /** Secret environment of the app. */
  secretEnv: pulumi.Input<Record<string, string>>;
  /** Version of the secret that signs sessions, from 1. @default 1 */
  sessionSecretVersion?: number | undefined;
  /** Processes of the app on each node; 0 where there is no server. */
  processes: number;
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** Whether a release is refused if Group Replication does not support its tables. */
  checkTables: boolean;
  /** Where the app may call outside of the stack. @default "any" */
  egress?: Egress | undefined;
  /** Packages of the distribution that the app needs. @default none */
  packages?: readonly string[];
  /** Persistent data directory, relative to the release. @default none */
  data?: string | undefined;
  /** Directory of the release with packages of Python. @default the app does not run with Python */
  python?: string | undefined;
  /** Background commands of the app. */
  workers: readonly AppWorker[];
  /** Scheduled commands, which run on one node. */
  cron: readonly AppJob[];
  /** The app's release. */
  release: BundleRelease;
  /** TLS between the tiers. */
  inner: InnerTlsAccess;
}

type Own = AppFacts &
  Omit<AppBalancerFacts, keyof NodeFacts> &
  AppWorkersFacts &
  Pick<AppJobsFacts, "cron"> &
  Omit<DatabaseProxyFacts, keyof NodeFacts>;

/** Hosts that run the app and a proxy that follows the database primary. */
export class AppTier extends Tier<PlannedNode, Own> {
  /** Path of the app's environment file, with its database password and its session secrets. */
  static readonly environmentPath = appSecretPaths.env;
  /** Services of each node if the app may call every address. */
  static readonly services = AppTier.servicesWith("any");

  /** Services of each node, in the order of their start. */
  static servicesWith(egress: Egress): NodeServices<NodeFacts & Own> {
    return {
      system: everyNode("lb"),
      tier: [databaseProxy, appBalancer, app(egress), appWorkers, appJobs],
    };
  }

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

    const { database, program, processes, checkTables, packages = [], data, python } = args;
    const { requests, workers, cron, release } = args;
    const sessionSecrets = sessionSecretsOf(name, args.sessionSecretVersion ?? 1, this);
    const known = (_: PlannedNode, index: number) => ({
      databases: database.nodes,
      databaseSlots: args.databaseSlots,
      program,
      // The rollout starts with the first node, and stops there if the migration fails.
      migrates: index === 0,
      processes,
      requests,
      checkTables,
      packages,
      data,
      python,
      workers: workersOn(workers, index),
      cron,
      release,
      innerTls: args.inner.encrypts,
    });
    const services = AppTier.servicesWith(args.egress ?? "any");
    const servers = this.createServers(name, args, services, known);
    this.hosts = this.configured(servers, args, services, known, (node) => ({
      environment: environment(args, node, sessionSecrets),
      databaseCa: database.caPem,
      ...args.inner.secrets(node.name),
    }));
    this.registerOutputs();
  }
}

/**
 * Secrets of sessions: the one that signs, the former one, and the next one. Every node knows the next one
 * before any node signs with it; otherwise a visitor who moves between nodes during a change would be logged out.
 */
function sessionSecretsOf(
  name: string,
  version: number,
  parent: pulumi.Resource,
): pulumi.Output<string>[] {
  const versions = [version, ...(version > 1 ? [version - 1] : []), version + 1];
  return versions.map((one) => randomPassword(numbered(`${name}-session-secret`, one), parent));
}

/** The app's environment file. */
function environment(
  { database, env, secretEnv }: AppTierArgs,
  { name }: PlannedNode,
  sessionSecrets: pulumi.Output<string>[],
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([secretEnv, database.appPassword, pulumi.all(sessionSecrets)])
      .apply(([secret, password, secrets]) =>
        appEnv(
          appVariables({ node: name, password, sessionSecrets: secrets }, { ...env, ...secret }),
        ),
      ),
  );
}
