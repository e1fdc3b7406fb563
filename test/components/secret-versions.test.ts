import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { AppTier } from "../../components/app-tier";
import { MysqlCluster } from "../../components/mysql-cluster";
import { secretMark } from "../support/computed-state";
import { record, valueOf } from "../support/record";
import { hostSettings, plan, serverSettings } from "../support/tier-args";
import { build } from "./app-tier-build";

describe("the passwords of the databases", () => {
  it("are the present and the former ones for the supervisors, and the present one for the app", async () => {
    let cluster!: MysqlCluster;
    const children = await record(() => {
      const shared = { server: serverSettings(), host: hostSettings() };
      const args = { nodes: plan.db, bufferPoolMib: 1536, passwordVersion: 3, ...shared };
      cluster = new MysqlCluster("db", args);
    });
    const file = cluster.hosts[0]!.secrets["/etc/webstack/db-credentials.json"]!;
    const of = (user: string) =>
      [3, 2].map((one) => `${secretMark}passworddbpassword${user}${one}`);
    expect(JSON.parse(await valueOf(file))).toEqual({
      app: of("app"),
      replication: of("replication"),
    });
    expect(await valueOf(cluster.access.appPassword)).toBe(of("app")[0]);
    expect(await pulumi.isSecret(cluster.access.appPassword)).toBe(true);
    const made = children.filter(({ parent }) => parent === "db-password");
    expect(made.map(({ name }) => name)).toEqual([
      ...["db-password-app-2", "db-password-app-3"],
      ...["db-password-replication-2", "db-password-replication-3"],
    ]);
  });
});

/** The variable of the tier's first node. */
async function variable(tier: AppTier, name: string): Promise<string> {
  const text = await valueOf(tier.hosts[0]!.secrets["/etc/webstack/app.env"]!);
  return new RegExp(`^${name}="([^"]+)"$`, "m").exec(text)![1]!;
}

async function sessionsOf(sessionSecretVersion: number) {
  const { tier } = await build({ sessionSecretVersion });
  const accepts = (await variable(tier, "SESSION_SECRETS")).split(",");
  return { signs: await variable(tier, "SESSION_SECRET"), accepts };
}

describe("the secret of sessions", () => {
  it.each([1, 2, 7])("of version %i signs, and is the first that is accepted", async (version) => {
    const { signs, accepts } = await sessionsOf(version);
    expect(accepts[0]).toBe(signs);
  });

  it.each([1, 2, 7])(
    "of version %i and its follower accept each other's sessions",
    async (version) => {
      const [before, after] = [await sessionsOf(version), await sessionsOf(version + 1)];
      expect(before.accepts).toContain(after.signs);
      expect(after.accepts).toContain(before.signs);
    },
  );

  it("is put out by the change after the next one", async () => {
    expect((await sessionsOf(3)).accepts).not.toContain((await sessionsOf(1)).signs);
  });

  it("shares no secret with that of a version that is three higher", async () => {
    const { accepts } = await sessionsOf(5);
    expect((await sessionsOf(2)).accepts.filter((one) => accepts.includes(one))).toEqual([]);
  });
});
