import { recipientExample } from "../../config/age-keys";
import { MysqlCluster } from "../../components/mysql-cluster";
import { broker } from "../../services/broker/service";
import type { Bundle } from "../../services/bundle";
import type { MysqlFacts } from "../../services/mysql/service";
import { nodeBundle, type NodeFacts } from "../../services/node-bundle";
import { nodeFacts, plan } from "../support/tier-args";

/** Where the backups of the tested stack go. */
export const backups = {
  root: "webstack-test",
  target: {
    endpoint: "https://fsn1.your-objectstorage.com",
    bucket: "example-backups",
    region: "fsn1",
    accessKeyId: "EXAMPLEKEY",
  },
  publicKey: recipientExample,
  baseAt: "03:15",
  dumpOn: "sunday",
};

/** Backups to an SFTP server. */
export const sftpBackups = {
  ...backups,
  target: {
    sftp: {
      host: "u123456.your-storagebox.de",
      port: 23,
      user: "u123456-sub1",
      path: "backups",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyX2hH0wsGQlNGVS3YXfdhyjV4yVBxSsEFjcNpWBQxl",
    },
  },
};

/** Bundle of the third database node, which has backups and no broker. */
export function backedUpNode(to: typeof backups | typeof sftpBackups = backups): Bundle {
  const facts = {
    ...nodeFacts("db", 2),
    mysqlServerId: plan.db[2]!.mysqlServerId,
    groupName: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11",
    nodes: plan.db,
    bufferPoolMib: 128,
    backups: to,
  };
  return nodeBundle(facts, MysqlCluster.servicesWith(to));
}

/** Bundle of a database node with a broker, of a group of `count`: db-1, or db-2 with a volume. */
export function databaseNode(count: 1 | 3 = 3, volume?: MysqlFacts["volume"]): Bundle {
  const index = volume ? 1 : 0;
  const base: NodeFacts = nodeFacts("db", index);
  const facts = {
    ...base,
    mysqlServerId: plan.db[index]!.mysqlServerId,
    groupName: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11",
    nodes: plan.db.slice(0, count),
    bufferPoolMib: 128,
    volume,
  };
  const rules = {
    endpoint: "https://api.hetzner.cloud/v1",
    selector: "project=webstack,stack=test",
    floatingIps: [21],
    servers: [
      { name: "lb-1", id: 11 },
      { name: "lb-2", id: 12 },
    ],
  };
  return nodeBundle(facts, { ...MysqlCluster.services, guests: [broker(rules)] });
}
