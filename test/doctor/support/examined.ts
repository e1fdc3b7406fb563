import { TestCloud, tokens } from "../../../localcloud/test/support/test-cloud";
import type { Settings } from "../../../config";
import type { Call } from "../../../doctor/api";
import { examine, type Subject } from "../../../doctor/examine";
import type { Finding } from "../../../doctor/finding";
import { topology } from "../../../topology";

export { TestCloud };

/** Names and labels of the stack under test. */
export const identity = { project: "webstack", stack: "test" };

/** Calls of a cloud in this process, with a token that it knows unless another one is given. */
export function callsTo(cloud: TestCloud, token: string = tokens[0]): Call {
  return (method, path, body) => cloud.call(method, path, body, token);
}

/** A stack about which there is nothing to say, on a cloud; `overrides` replace parts of it. */
export function subject(
  cloud: TestCloud,
  settings: Settings,
  overrides: Partial<Subject> = {},
): Subject {
  return {
    identity,
    tools: {
      ...{ node: "22.11.0", leastNode: 22, pulumi: "3.257.0", isInstalled: true, isRoot: false },
      has: () => true,
    },
    stackFile: {
      name: "Pulumi.test.yaml",
      problems: [],
      hidden: [],
      settings,
      cidrs: ["198.18.1.1/32"],
    },
    tokens: [{ setting: "hcloud:token", call: callsTo(cloud) }],
    limits: {},
    ownAddress: async () => ({ address: "198.18.1.1", isCertain: true }),
    resolve: async () => [],
    bucket: { list: async () => [] },
    copy: "none",
    now: cloud.clock.now(),
    ...overrides,
  };
}

/** The findings of one check. */
export async function found(examined: Subject, check: string): Promise<Omit<Finding, "check">[]> {
  const all = await examine(examined);
  return all.filter((one) => one.check === check).map(({ check: _, ...rest }) => rest);
}

/** Makes what the stack wants of the cloud, as an `up` would, as far as it is counted. */
export async function up(cloud: TestCloud, settings: Settings): Promise<void> {
  const { web, app, db, loadBalancers, locations, network } = settings;
  const counts = { lb: 2, web: web.count, app: app.count, db: db.nodes };
  const plan = topology({ ipRange: network.ipRange, locations, counts });
  const types = { lb: loadBalancers, web, app, db };
  const labels = { ...identity };
  for (const { name, role, location } of [plan.lb, plan.web, plan.app, plan.db].flat()) {
    await cloud.server({ name, server_type: types[role].serverType, location, labels });
  }
  for (const type of ["ipv4", "ipv6"]) {
    await cloud.made("/floating_ips", { type, home_location: locations[0], labels });
  }
  for (const name of ["edge", "inner"]) await cloud.made("/firewalls", { name, labels });
  for (const name of ["lb-1", "web-1", "app-1", "db-1"]) {
    await cloud.made("/placement_groups", { name, type: "spread", labels });
  }
}
