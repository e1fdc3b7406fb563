import * as pulumi from "@pulumi/pulumi";
import { AppTier, type AppTierArgs } from "../../components/app-tier";
import { secretMark } from "../support/computed-state";
import { record } from "../support/record";
import {
  hostSettings,
  innerTls,
  plan,
  release,
  sampleProgram,
  serverSettings,
  webRequests,
} from "../support/tier-args";

/** Arguments of a tier that runs the sample app; a test overrides only what it is about. */
export function appArgs(overrides: Partial<AppTierArgs> = {}): AppTierArgs {
  return {
    nodes: plan.app,
    database: {
      nodes: plan.db,
      appPassword: pulumi.secret(`${secretMark}db`),
      caPem: pulumi.output("certificate of the databases\n"),
    },
    databaseSlots: plan.databaseSlots,
    program: sampleProgram(),
    env: {},
    secretEnv: {},
    processes: 2,
    requests: webRequests(),
    workers: [],
    cron: [],
    checkTables: true,
    release,
    inner: innerTls(),
    server: serverSettings(),
    host: hostSettings(),
    ...overrides,
  };
}

/** Builds a tier; `children` are all resources that it registered. */
export async function build(overrides: Partial<AppTierArgs> = {}) {
  let tier!: AppTier;
  const children = await record(() => {
    tier = new AppTier("app", appArgs(overrides));
  });
  return { tier, children };
}
