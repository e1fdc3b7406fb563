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
  memory: Pick<Memory, "trustAll" | "trustClone" | "orderClone" | "remembered">;
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

/** Records how the clone that is about to begin is known afterwards. @throws Error if the memory cannot be written. */
export async function orderClone({ mysql, memory }: Pick<LeavingTools, "mysql" | "memory">) {
  const last = await lastClone(mysql);
  memory.orderClone(last === undefined ? { after: await timeOf(mysql) } : { unlike: last.begin });
}

/**
 * True if the ordered clone has replaced the untrusted data. A clone leaves MySQL's UUID as it is, and its end is not to be
 * told from a restart of MySQL, but MySQL keeps the state of its last clone on disk.
 */
export async function isReplaced({ mysql, memory }: Pick<LeavingTools, "mysql" | "memory">) {
  if (memory.remembered.trustedGtid === null) return false;
  const last = await lastClone(mysql);
  return last?.isComplete === true && memory.trustClone(last.begin);
}

/** MySQL error "no such table": the clone plugin is not installed. */
const noTable = 1146;

/** MySQL's time, seconds since 1970. */
async function timeOf(mysql: Pick<Mysql, "query">): Promise<number> {
  const [time] = await mysql.query("SELECT UNIX_TIMESTAMP(NOW(3))", readOnlyMs);
  return Number(time?.[0]);
}

/**
 * MySQL's last clone that replaces all data, with its start in seconds since 1970; undefined if there is none to be
 * seen: until MySQL restarts, a base for backups is shown in its place.
 */
async function lastClone(
  mysql: Pick<Mysql, "query">,
): Promise<{ begin: number; isComplete: boolean } | undefined> {
  const sql =
    "SELECT UNIX_TIMESTAMP(BEGIN_TIME), STATE FROM performance_schema.clone_status " +
    "WHERE DESTINATION = 'LOCAL INSTANCE' AND BEGIN_TIME IS NOT NULL";
  try {
    const [row] = await mysql.query(sql, readOnlyMs);
    return row && { begin: Number(row[0]), isComplete: row[1] === "Completed" };
  } catch (error) {
    if (error instanceof SqlError && error.code === noTable) return undefined;
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
