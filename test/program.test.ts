import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../program";
import { secretMark } from "./support/computed-state";
import { userDataOf, writtenFiles } from "./support/first-boot";
import { clearTexts, named, record, type Registration, valueOf } from "./support/record";
import { fakeToken, stackConfig } from "./support/stack-config";

const names = ["lb-1", "lb-2", "web-1", "web-2", "app-1", "app-2", "db-1", "db-2", "db-3"];

describe.each(["dev", "local"])("the program with the settings of %s", (stack) => {
  let all: Registration[];
  let outputs: Record<string, unknown>;

  beforeAll(async () => {
    const config = stackConfig(stack);
    all = await record(() => (outputs = program()), { stack, config });
  });

  const ofType = (type: string) => all.filter((one) => one.type.endsWith(`:${type}`));

  it("creates nine servers on one network behind a floating address of each family", () => {
    expect(ofType("Server").filter(({ type }) => type.startsWith("hcloud:"))).toHaveLength(9);
    const bought = all.filter(({ type }) => /^(hcloud|host):/.test(type));
    const counts: Record<string, number> = {};
    for (const { type } of bought) counts[type] = (counts[type] ?? 0) + 1;
    expect(counts).toEqual({
      "hcloud:index/firewall:Firewall": 2,
      "hcloud:index/floatingIp:FloatingIp": 2,
      "hcloud:index/floatingIpAssignment:FloatingIpAssignment": 2,
      "hcloud:index/network:Network": 1,
      "hcloud:index/networkSubnet:NetworkSubnet": 4,
      "hcloud:index/placementGroup:PlacementGroup": 4,
      "hcloud:index/server:Server": 9,
      "hcloud:index/serverNetwork:ServerNetwork": 9,
      "hcloud:index/sshKey:SshKey": 1,
      "host:index:Configuration": 9,
      "host:index:Inventory": 1,
    });
  });

  it("gives every resource a URN of its own, below a component, with its name as prefix", () => {
    const urns = all.map(({ urn }) => urn);
    expect(urns.filter((urn, i) => urns.indexOf(urn) !== i)).toEqual([]);
    for (const { type, name, parent } of all) {
      if (parent) expect(name.startsWith(parent), `${name} below ${parent}`).toBe(true);
      else expect(type, name).toMatch(/^webstack:index:/);
    }
  });

  it("labels everything in the cloud that takes labels", () => {
    const unlabelled = /:(NetworkSubnet|ServerNetwork|FloatingIpAssignment)$/;
    for (const { type, name, inputs } of all.filter((one) => one.type.startsWith("hcloud:"))) {
      if (unlabelled.test(type)) continue;
      expect(inputs.labels, name).toMatchObject({ project: "webstack", stack });
    }
    for (const name of names) {
      const [role] = name.split("-");
      expect(named(all, `${name}-vm`).inputs.labels).toMatchObject({ role, node: name });
    }
  });

  it("configures node after node, tier after tier, from the databases outwards", () => {
    const order = ["db-1", "db-2", "db-3", "app-1", "app-2", "web-1", "web-2", "lb-1", "lb-2"];
    order.forEach((name, i) => {
      const { dependsOn, beforeUpdate } = named(all, `${name}-configuration`);
      const hooks = /app|web/.test(name) ? ["staging of the release"] : [];
      const retired = { d: "database passwords", a: "session secrets" }[name[0]!];
      if (retired) hooks.push(`retirement of ${retired}`);
      expect(beforeUpdate, name).toEqual(["change of the login name", ...hooks]);
      const before = dependsOn
        .map((urn) => urn.split("::").at(-1)!)
        .filter((other) => other.endsWith("-configuration"));
      expect(before.sort(), name).toEqual(
        before.length === 0 ? [] : expect.arrayContaining([`${order[i - 1]}-configuration`]),
      );
      expect(before.length === 0, name).toBe(i === 0);
    });
  });

  it("boots all servers at once: none waits for another one or for a configuration", () => {
    for (const { name, dependsOn } of ofType("Server")) {
      expect(
        dependsOn.filter((urn) => /Server::|Configuration::/.test(urn)),
        name,
      ).toEqual([]);
    }
  });

  it("configures the first node once all servers are as they should be", () => {
    const { dependsOn } = named(all, "db-1-configuration");
    for (const name of names) {
      expect(
        dependsOn.some((urn) => urn.endsWith(`::${name}-vm`)),
        name,
      ).toBe(true);
    }
  });

  it("keeps user data below 30 KiB and free of secrets", () => {
    for (const name of names) {
      const userData = userDataOf(named(all, `${name}-vm`));
      expect(Buffer.byteLength(userData), name).toBeLessThanOrEqual(30 * 1024);
      const everything = [userData, ...Object.values(writtenFiles(userData))];
      for (const text of everything) {
        expect(text).not.toContain(secretMark);
        expect(text).not.toContain(fakeToken);
      }
    }
  });

  it("shows no secret in clear in any input or output", async () => {
    const texts = all.flatMap(({ inputs }) => clearTexts(inputs));
    expect(texts.filter((text) => text.includes(secretMark) || text.includes(fakeToken))).toEqual(
      [],
    );
    const { privateKey, ...rest } = outputs;
    expect(await pulumi.isSecret(privateKey as pulumi.Output<string>)).toBe(true);
    expect(await pulumi.isSecret(pulumi.output(rest))).toBe(false);
    expect(JSON.stringify(await valueOf(rest))).not.toContain(secretMark);
  });

  it("protects what the settings say", () => {
    const protect = stack === "dev";
    const guarded = /^hcloud:index\/(server:|network:|networkSubnet:|floatingIp:)/;
    for (const one of all.filter(({ type }) => guarded.test(type))) {
      expect(one.protect, one.name).toBe(protect);
    }
  });

  it("tells the URL, the addresses, the nodes and how to log in", async () => {
    const { url, floatingIp, nodes, ssh } = (await valueOf(outputs)) as Record<string, unknown>;
    expect(url).toBe("http://203.0.113.200/");
    expect(floatingIp).toEqual({ ipv4: "203.0.113.200", ipv6: "2001:db8:f::1" });
    expect((nodes as { name: string }[]).map(({ name }) => name)).toEqual(names);
    expect((nodes as unknown[])[2]).toEqual({
      name: "web-1",
      role: "web",
      privateIp: "10.0.2.11",
      publicIp: "203.0.113.31",
      serverId: expect.any(Number) as number,
    });
    expect(ssh).toEqual({ user: "webstack", bastions: ["203.0.113.11", "203.0.113.12"] });
  });

  it("tells the release, with what it says of itself", async () => {
    const { release } = (await valueOf(outputs)) as { release: Record<string, string> };
    expect(release.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(release.version).toBe("0.1.0");
    expect(release).not.toHaveProperty("command");
  });

  it("runs a pinned release whatever app.path holds, and does not migrate for it", async () => {
    const digest = "a".repeat(64);
    const config = stackConfig(stack);
    const app = JSON.parse(config["webstack:app"]!) as object;
    const pin = { path: "./nowhere", release: digest, releaseCommand: "node main.js" };
    const pinned = {
      ...config,
      "webstack:app": JSON.stringify({ ...app, migrate: "make", ...pin }),
    };
    const again = await record(() => void program(), { stack, config: pinned });
    for (const name of ["app-1", "app-2", "web-1", "web-2"]) {
      const { release } = named(again, `${name}-configuration`).inputs;
      expect(release, name).toEqual({ digest, root: "/srv/app", keep: 3 });
    }
    const { files, services } = named(again, "app-1-configuration").inputs as {
      files: Record<string, string>;
      services: { unit: string; restartFiles: string[] }[];
    };
    expect(files["/etc/systemd/system/app@.service"]).toContain(".sh /usr/bin/node main.js\n");
    const migration = services.find(({ unit }) => unit === "webstack-migrate.service")!;
    expect(migration.restartFiles).not.toContain("/srv/app/current");
  });

  it("takes a new deploy key to all nodes before one of them loses the old one", async () => {
    const config = stackConfig(stack);
    const admin = JSON.parse(config["webstack:admin"]!) as object;
    const bumped = { "webstack:admin": JSON.stringify({ ...admin, deployKeyVersion: 2 }) };
    const again = await record(() => void program(), { stack, config: { ...config, ...bumped } });
    const change = named(again, "admin-deploy-key-change");
    const { hosts } = change.inputs as { hosts: { node: string; bastions: string[] }[] };
    expect(hosts.map(({ node }) => node)).toEqual(names);
    expect(hosts.map(({ bastions }) => bastions.length)).toEqual([0, 0, 2, 2, 2, 2, 2, 2, 2]);
    for (const name of names) {
      expect(change.dependsOn.join(), name).toContain(`::${name}-vm`);
      const { dependsOn } = named(again, `${name}-configuration`);
      expect(dependsOn.join(), name).toContain("::admin-deploy-key-change");
    }
    const servers = again.filter(({ type }) => type === "hcloud:index/server:Server");
    expect(servers).toHaveLength(9);
    const ignored = servers.map(({ ignoreChanges }) => ignoreChanges.join());
    expect(new Set(ignored)).toEqual(new Set(["userData,image,sshKeys,location"]));
  });

  it("plans the same when it runs again", async () => {
    const again = await record(() => void program(), { stack, config: stackConfig(stack) });
    expect(again).toEqual(all);
  });
});
