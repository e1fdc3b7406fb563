import { programPath, unitCheck } from "../base-system/base-bundle";
import { rootFile, type BundleCheck, type BundlePart, type FileAttributes } from "../bundle";
import {
  dataPaths,
  dataVolumePart,
  type DataVolume,
  noVolumeCheck,
  onOwnDisk,
  onVolume,
} from "./data-volume";
import type { Peer } from "../../topology";
import { initSqlPath, myCnf, tlsPaths } from "./my-cnf";
import { mysqlInitSql, supervisorUser } from "./mysql-init-sql";
import { beforeStop } from "./mysql-stop";
import { made } from "../notice";
import { controlSocket } from "../supervisor/supervisor-ports";
import {
  mysqlKillPath,
  mysqlKillUnit,
  supervisorPaths,
  supervisorUnit,
} from "../supervisor/supervisor-units";
import { text } from "../text";

/** What a database node depends on, besides what every node has. */
export interface DbBundleArgs {
  /** Node name. */
  node: string;
  /** Own private IPv4 address. */
  privateIp: string;
  /** MySQL `server_id`. */
  serverId: number;
  /** Name of the replication group, a UUID. */
  groupName: string;
  /** All database nodes, in order. */
  nodes: readonly Peer[];
  /** Memory for the buffer pool, MiB. @default 128 */
  bufferPoolMiB?: number;
  /**
   * Volume for the data; `pending`: there is one, its id is not known yet, and MySQL stays off.
   *
   * @default the data is on the server's own disk
   */
  volume?: DataVolume | "pending";
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Secret files of a database node. Credentials: JSON with a password for each user. */
export const dbSecretPaths = {
  credentials: "/etc/webstack/db-credentials.json",
  ...tlsPaths,
} as const;

const owned: FileAttributes = { owner: "mysql", group: "mysql", mode: "0600" };
const root0600: FileAttributes = { owner: "root", group: "root", mode: "0600" };
const cnfPath = "/etc/mysql/mysql.conf.d/zz-webstack.cnf";
const dropInPath = "/etc/systemd/system/mysql.service.d/webstack.conf";
const { unit: unitPath, killPath, killUnit } = supervisorPaths;
const configPath = "/etc/webstack/supervisor.json";

/** A database node: MySQL, and the supervisor that makes a group of the nodes and mends it. */
export function dbBundle(args: DbBundleArgs): BundlePart {
  const { node, privateIp, nodes, volume, programs } = args;
  const data = typeof volume === "object" && dataVolumePart(volume, programs.data ?? "");
  return {
    packages: ["mysql-server", ...(data ? data.packages : [])],
    users: [{ name: supervisorUser, home: "/nonexistent" }],
    directories: { "/etc/webstack/tls": { owner: "root", group: "root", mode: "0755" } },
    files: {
      [programPath("supervisor")]: rootFile(programs.supervisor ?? ""),
      [cnfPath]: rootFile(myCnf({ ...args, bufferPoolMiB: args.bufferPoolMiB ?? 128 })),
      [dropInPath]: rootFile(mysqlDropIn(args, !!data)),
      [initSqlPath]: rootFile(mysqlInitSql()),
      [unitPath]: rootFile(supervisorUnit(dbSecretPaths.credentials)),
      [killPath]: rootFile(mysqlKillPath()),
      [killUnit]: rootFile(mysqlKillUnit()),
      [configPath]: rootFile(`${JSON.stringify({ node, privateIp, nodes }, null, 2)}\n`),
      ...(data ? data.files : {}),
    },
    secretFiles: {
      [dbSecretPaths.credentials]: root0600,
      [tlsPaths.ca]: { owner: "root", group: "root", mode: "0644" },
      [tlsPaths.certificate]: { owner: "root", group: "root", mode: "0644" },
      [tlsPaths.key]: owned,
    },
    checks: checks(args),
    services: [...(data ? data.services : []), ...services(args)],
  };
}

const tls = Object.values(tlsPaths);
const credentials = Object.values(dbSecretPaths);

function checks({ nodes, volume }: DbBundleArgs): BundleCheck[] {
  const own = [
    ...Object.values(supervisorPaths),
    ...(typeof volume === "object" ? [dataPaths.unit] : []),
  ];
  return [
    {
      files: [cnfPath],
      command: ["/usr/sbin/mysqld", "--validate-config", "--user=mysql"],
      needs: tls,
    },
    unitCheck([dropInPath], ["mysql.service"], own),
    ...(volume ? [] : [noVolumeCheck([dropInPath])]),
    ...(nodes.length > 1
      ? []
      : [{ files: [configPath], command: ["/bin/sh", "-c", neverGrouped] }]),
  ];
}

/** Other members of a group may have writes that this node has not. */
const neverGrouped =
  "cd /var/lib/webstack-supervisor 2>/dev/null || exit 0; test ! -e last-view.json && ! grep -qs '\"certificate\":{' memory.json memory.spare || " +
  "{ echo 'This node was in a group, which cannot be made smaller than three: set db.nodes as it was.' >&2; exit 1; }";

function services({ volume }: DbBundleArgs): NonNullable<BundlePart["services"]> {
  const id = volume ? [dataPaths.id] : [];
  return [
    {
      unit: "mysql.service",
      reloadFiles: [],
      restartFiles: [cnfPath, initSqlPath, dropInPath, ...tls],
      needs: [...tls, ...id],
    },
    {
      unit: "webstack-mysql-kill.path",
      reloadFiles: [],
      restartFiles: [killPath, killUnit],
      needs: [],
    },
    {
      unit: "webstack-supervisor.service",
      reloadFiles: [],
      restartFiles: [
        ...[programPath("supervisor"), unitPath, configPath, ...credentials],
        // It has a view of the file system of its own, which may lack what is mounted later.
        ...id,
      ],
      needs: credentials,
      health: { http: "http://supervisor/health", socket: controlSocket, timeoutSeconds: 180 },
    },
  ];
}

function mysqlDropIn({ nodes }: DbBundleArgs, hasVolume: boolean): string {
  const lines = hasVolume ? onVolume : onOwnDisk;
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0
    ${lines.unit}

    [Service]
    ${lines.service}
    Restart=always
    RestartSec=1
    LimitNOFILE=16384
    OOMScoreAdjust=-700
    # MySQL ends to be started again after a clone only if it knows that somebody does that.
    Environment=MYSQLD_PARENT_PID=1
    ${nodes.length > 1 ? beforeStop() : []}
  `;
}
