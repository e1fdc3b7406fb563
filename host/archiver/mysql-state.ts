import type { Mysql } from "../supervisor/mysql";

/** Result of one poll of a node's MySQL. */
export interface MysqlState {
  /** GTID sets without spaces. */
  executed: string;
  purged: string;
  /** True if MySQL accepts writes: on the primary, or on a single node. */
  writable: boolean;
  /** True if the node is ONLINE in a group with a majority, or is a single node. */
  serves: boolean;
  /** Addresses of the ONLINE secondaries and of the primary; empty on a single node. */
  secondaries: string[];
  primary: string;
  /** Fixed part of the id of the view, which each founding of a group makes anew; empty on a single node. */
  groupId: string;
  mysql: string;
}

const globalsSql =
  "SELECT 'globals', @@GLOBAL.super_read_only, REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), " +
  "REPLACE(@@GLOBAL.gtid_purged, '\\n', ''), VERSION()";
const membersSql =
  "SELECT 'member', MEMBER_HOST, MEMBER_STATE, MEMBER_ROLE, MEMBER_ID = @@server_uuid " +
  "FROM performance_schema.replication_group_members";
const viewSql =
  "SELECT 'view', VIEW_ID FROM performance_schema.replication_group_member_stats " +
  "WHERE MEMBER_ID = @@server_uuid";

/** Polls MySQL once. @throws Error if it does not answer in time. */
export async function readMysqlState(mysql: Mysql, isGrouped: boolean): Promise<MysqlState> {
  const rows = await mysql.query(
    [globalsSql, ...(isGrouped ? [membersSql, viewSql] : [])].join(";\n"),
    5_000,
  );
  const [, readOnly, executed = "", purged = "", version = ""] =
    rows.find(([kind]) => kind === "globals") ?? [];
  const [, viewId = ""] = rows.find(([kind]) => kind === "view") ?? [];
  const members = rows.filter(([kind]) => kind === "member");
  const online = members.filter((row) => row[2] === "ONLINE");
  const isOnline = online.some((row) => row[4] === "1") && online.length * 2 > members.length;
  const inRole = (role: string) => online.filter((row) => row[3] === role).map((row) => row[1]!);
  return {
    ...{ executed, purged, mysql: version, groupId: viewId.split(":")[0]! },
    writable: readOnly === "0" && (!isGrouped || isOnline),
    serves: !isGrouped || isOnline,
    secondaries: inRole("SECONDARY"),
    primary: inRole("PRIMARY")[0] ?? "",
  };
}
