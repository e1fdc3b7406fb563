import type { Peer } from "../../topology";
import { rootFile, type BundleAside, programFiles, programPath, type BundleCheck } from "../bundle";
import { type DataVolume, dataPaths } from "../mysql/data-volume";
import { tlsPaths } from "../mysql/my-cnf";
import { supervisorUser } from "../mysql/mysql-init-sql";
import { rootOnly, type Service, type ServicePart } from "../service";
import { checksPort, controlSocket, handOverCommand, peerPort } from "./supervisor-ports";
import { mysqlKillPath, mysqlKillUnit, supervisorPaths, supervisorUnit } from "./supervisor-units";

/** Facts about a node that the supervisor's part depends on. */
export interface SupervisorFacts {
  /** Node name. */
  node: string;
  /** Private IPv4 address of the node. */
  privateIp: string;
  /** All database nodes, in order; one means no group. */
  nodes: readonly Peer[];
  /** Volume for the data. @default the data is on the server's own disk */
  volume?: DataVolume | "pending" | undefined;
  /** Destination of backups. @default no backups */
  backups?: object | undefined;
  /** False: the supervisor does not intervene in MySQL's group communication. @default true */
  xcomHelp?: boolean | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** JSON file with a password for each database user. */
export const credentialsPath = "/etc/webstack/db-credentials.json";

const { unit: unitPath, killPath, killUnit } = supervisorPaths;

const configPath = "/etc/webstack/supervisor.json";

const credentials = [credentialsPath, ...Object.values(tlsPaths)];

/** The supervisor, which forms a group of the database nodes and repairs it. */
export const supervisor: Service<SupervisorFacts> = {
  name: "supervisor",
  openings: [
    { from: "app", protocol: "tcp", port: checksPort, purpose: "role checks of the proxies" },
    { from: "db", protocol: "tcp", port: peerPort, purpose: "states and votes" },
  ],
  secrets: { [credentialsPath]: { ...rootOnly, secret: "databasePasswords" } },
  part: supervisorPart,
};

function supervisorPart({
  node,
  privateIp,
  nodes,
  volume,
  backups,
  xcomHelp = true,
  programs,
}: SupervisorFacts): ServicePart {
  // The objects of `nodes` may have further fields, which must not get into the supervisor's settings.
  const members = nodes.map((each) => ({ name: each.name, privateIp: each.privateIp }));
  const config = {
    ...{ node, privateIp, nodes: members },
    // The binary log is then cut only as far as it is archived.
    ...(backups ? { backups: true } : {}),
    ...(xcomHelp ? {} : { xcomHelp: [] }),
  };
  return {
    users: [{ name: supervisorUser, home: "/nonexistent" }],
    files: {
      ...programFiles(programs, "supervisor"),
      [unitPath]: rootFile(supervisorUnit(credentialsPath)),
      [killPath]: rootFile(mysqlKillPath()),
      [killUnit]: rootFile(mysqlKillUnit()),
      [configPath]: rootFile(`${JSON.stringify(config, null, 2)}\n`),
    },
    unitFiles: { own: Object.values(supervisorPaths) },
    refusals:
      nodes.length > 1
        ? [resizeRefusal(configPath, members)]
        : [{ files: [configPath], command: ["/bin/sh", "-c", neverGrouped] }],
    services: [
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
          // The unit has its own mount namespace, which may lack a volume that is mounted after the unit's start.
          ...(volume ? [dataPaths.id] : []),
        ],
        needs: credentials,
        health: { http: "http://supervisor/health", socket: controlSocket, timeoutSeconds: 180 },
        ...(nodes.length > 1 ? { aside: primaryElsewhere(node, members) } : {}),
      },
    ],
  };
}

/** Message for a change to a single node; other members of a group may have writes that this node lacks. */
const neverGrouped =
  "cd /var/lib/webstack-supervisor 2>/dev/null || exit 0; test ! -e last-view.json && ! grep -qs '\"certificate\":{' memory.json memory.spare || " +
  "{ echo 'This node was in a group, which cannot be made smaller than three: set db.nodes as it was.' >&2; exit 1; }";

/** Time for the proxies of the app nodes to see that another node is the primary, seconds. */
const seenSeconds = 2;

/**
 * What precedes a restart on a database node: another node becomes the primary if this node is it, because the
 * supervisor answers the proxies' checks, and without answers the proxies close the sessions; or if the primary is none
 * of the nodes, because a smaller count removes it. Of the other nodes it is the last one, which is the last to
 * restart: later the nodes that have the new list would no longer count with the former primary, and writes would wait.
 * The supervisor of this node requests the hand-over of a primary that goes from that primary's supervisor.
 *
 * @param own name of the node that restarts.
 * @param nodes all database nodes that stay, in order.
 */
function primaryElsewhere(own: string, nodes: readonly Peer[]): BundleAside {
  const others = nodes.filter(({ name }) => name !== own);
  const list = others.map(({ privateIp }) => `'${privateIp}'`).join(", ");
  const members = "performance_schema.replication_group_members";
  const isNone = `EXISTS (SELECT 1 FROM ${members} WHERE MEMBER_ROLE = 'PRIMARY' AND MEMBER_HOST NOT IN (${list}))`;
  const nextPrimary = `SELECT MEMBER_ID FROM ${members} WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_HOST IN (${list}) ORDER BY INET_ATON(MEMBER_HOST) DESC LIMIT 1`;
  const sql = [
    `SET @heir = IF(${isNone}, (${nextPrimary}), NULL)`,
    "SET @step = IF(@heir IS NULL, 'DO 0', CONCAT('SELECT group_replication_set_as_primary(', QUOTE(@heir), ')'))",
    "PREPARE step FROM @step",
    "EXECUTE step",
    `DO SLEEP(IF(@heir IS NULL, 0, ${seenSeconds}))`,
  ].join("; ");
  const become = `/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${sql}"`;
  const among = others.map(({ name }) => name);
  // A supervisor that does not answer, or no heir that is ONLINE, leaves the switch to the statements.
  const handOverRequest = `${handOverCommand({ to: among.at(-1)!, among })} && /usr/bin/sleep ${seenSeconds}; ${become}`;
  return { leave: ["/bin/sh", "-c", handOverRequest], back: ["/bin/true"] };
}

/** The list of nodes with which the running supervisor was started: a check sees the new files in `/etc`. */
const presentList = "/proc/1/root/etc/webstack/supervisor.json";

/** Folder of the supervisor's record. */
const recordFolder = "/var/lib/webstack-supervisor";

/**
 * Check that refuses another list of nodes on a host of a group, where the change could not be agreed on. A supervisor
 * of an earlier release has no electorate on disk: after a restart with another list it would take that list for the agreed
 * one. And of fewer nodes each must be there: until the change is agreed on, a primary with the new list sees these alone,
 * and needs a majority of the former list too.
 *
 * @param configPath path of the supervisor's settings.
 * @param nodes all database nodes of the new settings.
 */
export function resizeRefusal(configPath: string, nodes: readonly Peer[]): BundleCheck {
  return { files: [configPath], command: ["/bin/sh", "-c", script(nodes)] };
}

function script(nodes: readonly Peer[]): string {
  const count = nodes.length;
  const addresses = nodes.map(({ privateIp }) => `'${privateIp}'`).join(", ");
  const online = `SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_HOST IN (${addresses})`;
  return [
    `before=$(grep -c '"name":' ${presentList} 2>/dev/null) || exit 0`,
    `test "$before" -le 1 -o "$before" -eq ${count} && exit 0`,
    `if grep -qs '"certificate":{' ${recordFolder}/memory.json ${recordFolder}/memory.spare && ! grep -qs '"electorate":{' ${recordFolder}/memory.json ${recordFolder}/memory.spare; then`,
    `echo "db.nodes: this host's supervisor is of a release that agrees on no change, and the list grows or shrinks from $before to ${count}. Set db.nodes to $before, run pulumi up, and then change the number." >&2`,
    "exit 1",
    "fi",
    `test "$before" -lt ${count} && exit 0`,
    `online=$(/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root --skip-column-names --batch "--execute=${online}") || online=0`,
    `test "$online" -ge ${count} && exit 0`,
    `echo "db.nodes: $online of the ${count} nodes that stay are ONLINE, and all must be before there are fewer than $before: a primary needs a majority of the former nodes until the change is agreed on. Bring the others back (npm run db:status, npm run roll), or set db.nodes to $before again." >&2`,
    "exit 1",
  ].join("\n");
}
