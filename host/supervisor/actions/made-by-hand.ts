import type { Memory } from "../core/memory";
import type { NodeState } from "../core/node-state";
import type { Trust } from "../core/trust";
import { log } from "../log";
import { type Mysql, SqlError } from "../mysql";
import { stopMember } from "./group";

/** Longest wait for running commits, milliseconds. */
const readOnlyMs = 3_000;

/** What {@link leaveMadeByHand} needs. */
export interface LeavingTools {
  mysql: Pick<Mysql, "query">;
  memory: Pick<Memory, "trustAll" | "trustClone" | "awaitClone" | "remembered">;
  trust: Pick<Trust, "distrust" | "isNew">;
  self: NodeState;
}

/**
 * Leaves a group that somebody has made by hand. Something may have written there: an event, a program of the host, or
 * the operator. The certified group gives the GTIDs of such transactions to others, so a GTID set does not show them.
 * The memory on disk says first that later transactions are not to be trusted, which makes the node a clone, and takes
 * that back if nothing was written.
 *
 * @throws Error if the memory cannot be written, SqlError if MySQL does not leave.
 */
export async function leaveMadeByHand({ mysql, memory, trust, self }: LeavingTools) {
  trust.distrust(self);
  const { trustedGtid } = memory.remembered;
  await mysql.query("SET GLOBAL offline_mode = ON", 5_000);
  const isClean = await hasNoTransactions(mysql);
  if (isClean && trust.isNew(self)) memory.trustAll();
  else log(3, `transactions after ${trustedGtid} are not to be trusted`);
  await stopMember(mysql);
}

/**
 * True if a clone has replaced the untrusted data. A clone leaves MySQL's UUID as it is, and its end is not to be told
 * from a restart of MySQL, but MySQL keeps the state of its last clone on disk. The first call takes MySQL's time: only
 * a clone that begins later counts.
 */
export async function isReplaced({ mysql, memory }: Pick<LeavingTools, "mysql" | "memory">) {
  if (memory.remembered.trustedGtid === null) return false;
  const { now, begin } = await lastClone(mysql);
  if (memory.awaitClone(now)) return false;
  return begin !== undefined && memory.trustClone(begin);
}

/** MySQL error "no such table": the clone plugin is not installed. */
const noTable = 1146;
const nowSql = "SELECT UNIX_TIMESTAMP(NOW(3))";

/**
 * MySQL's time, and the start of its last clone that replaced all data and is complete, both in seconds since 1970.
 * The start is undefined if there was none.
 */
async function lastClone(mysql: Pick<Mysql, "query">): Promise<{ now: number; begin?: number }> {
  const sql =
    "SELECT UNIX_TIMESTAMP(BEGIN_TIME) FROM performance_schema.clone_status " +
    "WHERE DESTINATION = 'LOCAL INSTANCE' AND STATE = 'Completed'";
  const [time] = await mysql.query(nowSql, readOnlyMs);
  const now = Number(time?.[0]);
  try {
    const [row] = await mysql.query(sql, readOnlyMs);
    return row?.[0] === undefined ? { now } : { now, begin: Number(row[0]) };
  } catch (error) {
    if (error instanceof SqlError && error.code === noTable) return { now };
    throw error;
  }
}

/** True if this node is the only member that the group ever had, and nothing was written in it. */
async function hasNoTransactions(mysql: Pick<Mysql, "query">): Promise<boolean> {
  try {
    // Waits for running commits; none begins afterwards.
    await mysql.query("SET GLOBAL super_read_only = ON", readOnlyMs);
    const [row] = await mysql.query(
      "SELECT VIEW_ID, COUNT_TRANSACTIONS_LOCAL_PROPOSED FROM performance_schema.replication_group_member_stats " +
        "WHERE MEMBER_ID = @@server_uuid",
      readOnlyMs,
    );
    return row !== undefined && /:1$/.test(row[0] ?? "") && row[1] === "0";
  } catch (error) {
    log(4, `it is not known whether this node wrote in that group: ${(error as Error).message}`);
    return false;
  }
}
