import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { MysqlCluster } from "../../components/mysql-cluster";
import { buildCluster } from "./mysql-cluster-build";
import { secretMark } from "../support/computed-state";
import { writtenFiles } from "../support/first-boot";
import { backups } from "../services/rendered-database";
import { clearTexts, named, record, valueOf } from "../support/record";
import { hostSettings, plan, serverSettings } from "../support/tier-args";

describe("MysqlCluster", () => {
  it("creates servers, certificates, passwords and a name for the group", async () => {
    const { children } = await buildCluster();
    const direct = children.filter(({ parent }) => parent === "db");
    expect(direct.map(({ type, name }) => [type.split(":").at(-1), name])).toEqual([
      ["Server", "db-1"],
      ["Server", "db-2"],
      ["Server", "db-3"],
      ["PlacementGroup", "db-group-1"],
      ["RandomUuid", "db-group-name"],
      ["DatabaseCredentials", "db-password"],
      ["NodeCertificates", "db-tls"],
    ]);
    const passwords = children.filter(({ parent }) => parent === "db-password");
    expect(passwords.map(({ name, inputs }) => [name, inputs])).toEqual(
      ["app", "replication"].map((user) => [`db-password-${user}`, { length: 32, special: false }]),
    );
  });

  it("gives every node its own server id, certificate and place in the group", async () => {
    const { cluster } = await buildCluster();
    const states = await Promise.all(cluster.hosts.map(({ bundle }) => valueOf(bundle)));
    states.forEach(({ node, files }, i) => {
      const settings = files["/etc/mysql/mysql.conf.d/zz-webstack.cnf"]!.content;
      expect(node).toBe(`db-${i + 1}`);
      expect(settings).toContain(`server_id = ${i + 1}\n`);
      expect(settings).toContain("6f9619ff-8b86-4011-b42d-00c04fc964ff");
      expect(settings).toContain("innodb_buffer_pool_size = 1536M");
    });
    const certificates = cluster.hosts.map(({ secrets }) =>
      valueOf(secrets["/etc/mysql/webstack-tls/cert.pem"]!),
    );
    expect(await Promise.all(certificates)).toEqual([
      "certificate db-tls-db-1-cert\n",
      "certificate db-tls-db-2-cert\n",
      "certificate db-tls-db-3-cert\n",
    ]);
  });

  it("tells the supervisors every password, as one secret file", async () => {
    const { cluster } = await buildCluster();
    const file = cluster.hosts[0]!.secrets["/etc/webstack/db-credentials.json"]!;
    expect(await pulumi.isSecret(file as pulumi.Output<string>)).toBe(true);
    expect(JSON.parse(await valueOf(file))).toEqual({
      app: [`${secretMark}passworddbpasswordapp`],
      replication: [`${secretMark}passworddbpasswordreplication`],
    });
  });

  it("hands over a content for every secret file and no other", async () => {
    const { cluster } = await buildCluster();
    for (const { bundle, secrets } of cluster.hosts) {
      const { secretFiles } = await valueOf(bundle);
      expect(Object.keys(secrets).sort()).toEqual(Object.keys(secretFiles).sort());
    }
  });

  it("keeps passwords and keys out of user data and of every clear input", async () => {
    const { children } = await buildCluster();
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
    const files = writtenFiles(String(named(children, "db-1-vm").inputs.userData));
    expect(Object.values(files).join()).not.toContain(secretMark);
  });

  it("offers what an app needs", async () => {
    const { cluster } = await buildCluster();
    const { nodes, appPassword, caPem } = cluster.access;
    expect(nodes.map(({ privateIp }) => privateIp)).toEqual([
      "10.0.4.11",
      "10.0.4.12",
      "10.0.4.13",
    ]);
    expect(await pulumi.isSecret(appPassword)).toBe(true);
    expect(await valueOf(caPem)).toBe("certificate db-tls-ca\n");
  });

  it("runs on a single node too, without a group", async () => {
    const { cluster } = await buildCluster({ nodes: plan.db.slice(0, 1) });
    const { files } = await valueOf(cluster.hosts[0]!.bundle);
    expect(files["/etc/mysql/mysql.conf.d/zz-webstack.cnf"]!.content).not.toContain(
      "group_replication",
    );
  });

  it.each([0, 2])("refuses %i nodes", async (count) => {
    await record(() => {
      const args = { bufferPoolMib: 128, server: serverSettings(), host: hostSettings() };
      expect(() => new MysqlCluster("db", { nodes: plan.db.slice(0, count), ...args })).toThrow(
        `nodes must be 1, 3, 5, 7 or 9, got ${count}; set db.nodes to one of them`,
      );
    });
  });

  it("gives every node an archiver and the secret of the bucket, where there are backups", async () => {
    const secret = pulumi.secret(`${secretMark}bucket`);
    const { cluster, children } = await buildCluster({ backups: { ...backups, secret } });
    for (const { bundle, secrets } of cluster.hosts) {
      const { services, secretFiles } = await valueOf(bundle);
      expect(services.map(({ unit }) => unit)).toContain("webstack-archiver.service");
      expect(Object.keys(secrets).sort()).toEqual(Object.keys(secretFiles).sort());
      const file = secrets["/etc/webstack/archiver-secret"] as pulumi.Output<string>;
      expect(await pulumi.isSecret(file)).toBe(true);
      expect(await valueOf(file)).toBe(`${secretMark}bucket`);
    }
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
  });

  it("has no archiver where there are none", async () => {
    const { cluster } = await buildCluster();
    const { services } = await valueOf(cluster.hosts[0]!.bundle);
    expect(services.filter(({ unit }) => /archiver|base/.test(unit))).toEqual([]);
  });
});
