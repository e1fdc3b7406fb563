import { programPath, unitCheck } from "./base-bundle";
import { rootFile, type BundleCheck, type BundlePart, type FileAttributes } from "./bundle";
import {
  dataPaths,
  dataVolumePart,
  type DataVolume,
  noVolumeCheck,
  onOwnDisk,
  onVolume,
} from "./db-data";
import type { Peer } from "./haproxy-cfg";
import { myCnf, tlsPaths } from "./my-cnf";
import { beforeStop } from "./mysql-stop";
import { made } from "./notice";
import { controlSocket } from "./supervisor-ports";
import { text } from "./text";

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
const unitPath = "/etc/systemd/system/webstack-supervisor.service";
const configPath = "/etc/webstack/supervisor.json";

/** A database node: MySQL, and the supervisor that makes a group of the nodes and mends it. */
export function dbBundle(args: DbBundleArgs): BundlePart {
  const { node, privateIp, nodes, volume, programs } = args;
  const data = typeof volume === "object" && dataVolumePart(volume, programs.data ?? "");
  return {
    packages: ["mysql-server", ...(data ? data.packages : [])],
    directories: { "/etc/webstack/tls": { owner: "root", group: "root", mode: "0755" } },
    files: {
      [programPath("supervisor")]: rootFile(programs.supervisor ?? ""),
      [cnfPath]: rootFile(myCnf({ ...args, bufferPoolMiB: args.bufferPoolMiB ?? 128 })),
      [dropInPath]: rootFile(mysqlDropIn(args, !!data)),
      [unitPath]: rootFile(supervisorUnit()),
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

function checks({ nodes, volume }: DbBundleArgs): BundleCheck[] {
  const own = [unitPath, ...(typeof volume === "object" ? [dataPaths.unit] : [])];
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
  "test ! -e /var/lib/webstack-supervisor/last-view.json || " +
  "{ echo 'This node was in a group, which cannot be made smaller than three: set db.nodes as it was.' >&2; exit 1; }";

function services({ volume }: DbBundleArgs): NonNullable<BundlePart["services"]> {
  const id = volume ? [dataPaths.id] : [];
  return [
    {
      unit: "mysql.service",
      reloadFiles: [],
      restartFiles: [cnfPath, dropInPath, ...tls],
      needs: [...tls, ...id],
    },
    {
      unit: "webstack-supervisor.service",
      reloadFiles: [],
      restartFiles: [
        ...[programPath("supervisor"), unitPath, configPath, dbSecretPaths.credentials],
        ...tls,
        // It has a view of the file system of its own, which may lack what is mounted later.
        ...id,
      ],
      needs: [dbSecretPaths.credentials, ...tls],
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

function supervisorUnit(): string {
  return text`
    ${made}
    [Unit]
    Description=Supervisor of this database node
    After=webstack-network-ready.service mysql.service
    StartLimitIntervalSec=0

    [Service]
    ExecStart=/usr/bin/node ${programPath("supervisor")}
    LoadCredential=passwords:${dbSecretPaths.credentials}
    LoadCredential=ca:${tlsPaths.ca}
    LoadCredential=cert:${tlsPaths.certificate}
    LoadCredential=key:${tlsPaths.key}
    RuntimeDirectory=webstack-supervisor
    RuntimeDirectoryMode=0700
    StateDirectory=webstack-supervisor
    StateDirectoryMode=0700
    Restart=always
    RestartSec=500ms
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    OOMScoreAdjust=-800

    [Install]
    WantedBy=multi-user.target
  `;
}
