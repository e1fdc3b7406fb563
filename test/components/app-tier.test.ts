import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AppTier } from "../../components/app-tier";
import { secretMark } from "../support/computed-state";
import { clearTexts, record, valueOf } from "../support/record";
import { appProgram, plan } from "../support/tier-args";
import { appArgs, build } from "./app-tier-build";

/** The app's environment file on one of the hosts. */
async function environmentOf(tier: AppTier, index: number): Promise<string> {
  return valueOf(tier.hosts[index]!.secrets["/etc/webstack/app.env"]!);
}

describe("AppTier", () => {
  it("creates the planned servers, a session secret and the next one", async () => {
    const { children } = await build();
    const direct = children.filter(({ parent }) => parent === "app");
    expect(direct.map(({ type, name }) => [type.split(":").at(-1), name])).toEqual([
      ["Server", "app-1"],
      ["Server", "app-2"],
      ["PlacementGroup", "app-group-1"],
      ["RandomPassword", "app-session-secret"],
      ["RandomPassword", "app-session-secret-2"],
    ]);
  });

  it("leads the app to the proxy on its own host, with TLS to the databases", async () => {
    const { tier } = await build();
    const lines = (await environmentOf(tier, 1)).trim().split("\n").slice(1);
    expect(lines).toEqual([
      `DATABASE_URL="mysql://app:${secretMark}db@127.0.0.1:3306/app"`,
      'DB_HOST="127.0.0.1"',
      'DB_PORT="3306"',
      'DB_READ_PORT="3307"',
      'DB_USER="app"',
      `DB_PASSWORD="${secretMark}db"`,
      'DB_NAME="app"',
      'DB_CA_FILE="/etc/webstack/tls/ca.pem"',
      'NODE_NAME="app-2"',
      `DATABASE_URL_RW="mysql://app:${secretMark}db@127.0.0.1:3306/app"`,
      `DATABASE_URL_RO="mysql://app:${secretMark}db@127.0.0.1:3307/app"`,
      'DATABASE_CA_FILE="/etc/webstack/tls/ca.pem"',
      `SESSION_SECRET="${secretMark}passwordappsessionsecret"`,
      `SESSION_SECRETS="${secretMark}passwordappsessionsecret,${secretMark}passwordappsessionsecret2"`,
    ]);
    const { secrets } = tier.hosts[1]!;
    expect(await valueOf(secrets["/etc/webstack/tls/ca.pem"]!)).toBe(
      "certificate of the databases\n",
    );
  });

  it("signs sessions with one secret on all nodes", async () => {
    const { tier } = await build();
    const secrets = await Promise.all(
      [0, 1].map(async (i) => /SESSION_SECRET=.*/.exec(await environmentOf(tier, i))![0]),
    );
    expect(secrets[0]).toBe(secrets[1]);
  });

  it("adds the user's environment, but never in place of its own", async () => {
    const { tier } = await build({
      env: { LOG_LEVEL: "debug", NODE_NAME: "mine" },
      secretEnv: pulumi.secret({ API_KEY: `${secretMark}api` }),
    });
    const environment = await environmentOf(tier, 0);
    expect(environment).toContain('LOG_LEVEL="debug"\n');
    expect(environment).toContain(`API_KEY="${secretMark}api"\n`);
    expect(environment).toContain('NODE_NAME="app-1"\n');
    expect(environment).not.toContain("mine");
  });

  it("fills placeholders, and lets an app have a database URL of its own shape", async () => {
    const { tier } = await build({
      env: { DATABASE_URL: "mysql2://${db.user}@${db.host}:${db.port}/${db.name}?ca=${db.caFile}" },
      secretEnv: pulumi.secret({ READ: "${db.password}@${db.readPort}" }),
    });
    const environment = await environmentOf(tier, 0);
    expect(environment).toContain(
      'DATABASE_URL="mysql2://app@127.0.0.1:3306/app?ca=/etc/webstack/tls/ca.pem"\n',
    );
    expect(environment).toContain(`READ="${secretMark}db@3307"\n`);
    expect(environment.match(/^DATABASE_URL=/gm)).toHaveLength(1);
  });

  it("gives each process of an ordinary program a port of its own", async () => {
    const { tier } = await build({ program: appProgram(), processes: 3 });
    const { services, files } = await valueOf(tier.hosts[1]!.bundle);
    const processes = services.map(({ unit }) => unit).filter((unit) => unit.startsWith("app@"));
    expect(processes).toEqual(["app@3101.service", "app@3102.service", "app@3103.service"]);
    const balancer = files["/etc/haproxy/app.cfg"]!.content;
    const [, first, busy] = balancer.split(/^backend /m);
    for (const backend of [first!, busy!]) {
      expect(backend.match(/server 31\d\d 127\.0\.0\.1:31\d\d$/gm)).toHaveLength(3);
    }
  });

  it("keeps the whole environment secret", async () => {
    const { tier, children } = await build();
    const { secrets } = tier.hosts[0]!;
    expect(await pulumi.isSecret(secrets["/etc/webstack/app.env"] as pulumi.Output<string>)).toBe(
      true,
    );
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
  });

  it("runs as many processes as it is told, and looks for all databases", async () => {
    const { tier } = await build({ processes: 3 });
    const { services, files } = await valueOf(tier.hosts[0]!.bundle);
    const processes = services.map(({ unit }) => unit).filter((unit) => unit.startsWith("app@"));
    expect(processes).toEqual(["app@1.service", "app@2.service", "app@3.service"]);
    for (const { privateIp } of plan.db) {
      expect(files["/etc/haproxy/haproxy.cfg"]!.content).toContain(`${privateIp}:3306`);
    }
  });

  it("hands over a content for every secret file and no other", async () => {
    const { tier } = await build();
    const { bundle, secrets } = tier.hosts[0]!;
    const { secretFiles } = await valueOf(bundle);
    expect(Object.keys(secrets).sort()).toEqual(Object.keys(secretFiles).sort());
  });

  it("refuses a tier without nodes", async () => {
    await record(() => {
      expect(() => new AppTier("app", appArgs({ nodes: [] }))).toThrow(
        "nodes must name at least one app node, got []; set app.count to 1 or more",
      );
    });
  });
});
