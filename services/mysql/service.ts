import type { Peer, Role } from "../../topology";
import { rootFile } from "../bundle";
import type { SecretFile, Service, ServicePart } from "../service";
import { dataPaths, dataVolumePart, type DataVolume, noVolumeCheck } from "./data-volume";
import { initSqlPath, myCnf, tlsFolder, tlsPaths } from "./my-cnf";
import { mysqlInitSql } from "./mysql-init-sql";
import { mysqlDropIn } from "./mysql-unit";
import { packageStartCnf, packageStartHooks, packageStartPaths } from "./package-start";

/** Facts about a node that MySQL's part depends on. */
export interface MysqlFacts {
  /** Private IPv4 address of the node. */
  privateIp: string;
  /** MySQL `server_id`: unique in the group, and the same for as long as the node exists. */
  mysqlServerId: number;
  /** Name of the replication group, a UUID. */
  groupName: string;
  /** All database nodes, in order; one means no group. */
  nodes: readonly Peer[];
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Memory for the buffer pool, MiB. */
  bufferPoolMib: number;
  /**
   * Volume for the data; `pending`: the volume's id is not known yet, and MySQL stays off.
   *
   * @default the data is on the server's own disk
   */
  volume?: DataVolume | "pending" | undefined;
  /** Destination of backups. @default no backups */
  backups?: object | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const cnfPath = "/etc/mysql/mysql.conf.d/zz-webstack.cnf";
const dropInPath = "/etc/systemd/system/mysql.service.d/webstack.conf";
const tls = Object.values(tlsPaths);
const root0644 = { owner: "root", group: "root", mode: "0644" };

const secrets: Record<string, SecretFile> = {
  [tlsPaths.ca]: { ...root0644, secret: "databaseCa" },
  [tlsPaths.certificate]: { ...root0644, secret: "databaseCertificate" },
  [tlsPaths.key]: { owner: "root", group: "mysql", mode: "0640", secret: "databaseKey" },
};

/** MySQL, with its data on the server's own disk or on a volume. */
export const mysql: Service<MysqlFacts> = {
  name: "mysql",
  openings: [
    { from: "app", protocol: "tcp", port: 3306, purpose: "SQL of the app, through its proxy" },
    { from: "db", protocol: "tcp", port: 3306, purpose: "copies of all data to a new member" },
    { from: "db", protocol: "tcp", port: 33_061, purpose: "Group Replication" },
  ],
  secrets,
  part: mysqlPart,
};

function mysqlPart(facts: MysqlFacts): ServicePart {
  const { volume, programs, bufferPoolMib, mysqlServerId } = facts;
  const data = typeof volume === "object" && dataVolumePart(volume, programs);
  const hasBackups = facts.backups !== undefined;
  const isGrouped = facts.nodes.length > 1;
  const settings = {
    ...{ privateIp: facts.privateIp, serverId: mysqlServerId, groupName: facts.groupName },
    ...{ bufferPoolMiB: bufferPoolMib, hasBackups },
    membersCidr: isGrouped ? facts.subnets.db : undefined,
  };
  return {
    packages: ["mysql-server", ...(data ? data.packages : [])],
    directories: { [tlsFolder]: { owner: "root", group: "root", mode: "0755" } },
    files: {
      [cnfPath]: rootFile(myCnf(settings)),
      [dropInPath]: rootFile(mysqlDropIn(isGrouped, !!data)),
      [initSqlPath]: rootFile(mysqlInitSql(hasBackups)),
      [packageStartPaths.settings]: rootFile(packageStartCnf()),
      [packageStartPaths.hooks]: rootFile(packageStartHooks()),
      ...(data ? data.files : {}),
    },
    checks: [
      {
        files: [cnfPath],
        command: ["/usr/sbin/mysqld", "--validate-config", "--user=mysql"],
        needs: tls,
      },
      // dpkg refuses to run with an option that it does not know.
      { files: [packageStartPaths.hooks], command: ["/usr/bin/dpkg", "--version"] },
    ],
    unitFiles: {
      dropIns: [dropInPath],
      packaged: ["mysql.service"],
      own: data ? [dataPaths.unit] : [],
    },
    refusals: volume ? [] : [noVolumeCheck([dropInPath])],
    services: [
      ...(data ? data.services : []),
      {
        unit: "mysql.service",
        reloadFiles: [],
        restartFiles: [cnfPath, initSqlPath, dropInPath, ...tls],
        needs: [...tls, ...(volume ? [dataPaths.id] : [])],
      },
    ],
  };
}
