import { largestIntervals } from "../core/gtid";
import type { Memory } from "../core/memory";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import { type Mysql, SqlError } from "../mysql";
import { stopMember } from "./group";

/** Longest text of a GTID set in the memory, whose record has at most 4 KiB. */
const maxLength = 2_048;
/** Longest wait for running commits, milliseconds. */
const readOnlyMs = 3_000;

/**
 * The GTID set that a node has for certain of groups with a certificate: what it had when it was last in such a group,
 * or in none.
 */
export class TrustedGtid {
  private last: string | undefined;
  private groupId: string | undefined;

  /**
   * Takes note of a poll.
   *
   * @param executed what the node has applied, as a GTID set. What it has only received is lost when it leaves a group.
   */
  note(
    { member, groupId, certificate, ready, cloneIncomplete }: NodeState,
    executed: string,
  ): void {
    if (!ready || cloneIncomplete) return;
    const isCertified = groupId !== null && groupId === certificate?.groupId;
    const isOutside = member?.state === "OFFLINE";
    if (isCertified || isOutside) this.last = executed;
    if (isCertified) this.groupId = groupId;
  }

  /** True for the group that this node was in with a certificate; a later group may have replaced it since. */
  wasCertified({ groupId }: Pick<NodeState, "groupId">): boolean {
    return groupId !== null && groupId === this.groupId;
  }

  /**
   * The set. A supervisor that started in a group without a certificate has seen nothing before: then what the last
   * group of the data was founded with.
   */
  of({ lineage }: Pick<NodeState, "lineage">): string {
    return this.last ?? lineage.at(-1)?.founding ?? "";
  }
}

/** What {@link leaveMadeByHand} needs. */
export interface LeavingTools {
  mysql: Pick<Mysql, "query">;
  memory: Pick<Memory, "distrustBeyond" | "trustAll" | "trustClone" | "remembered">;
  /** GTID set that the node has for certain of certified groups. */
  trusted: string;
}

/**
 * Leaves a group that somebody has made by hand. Something may have written there: an event, a program of the host, or
 * the operator. The certified group gives the GTIDs of such transactions to others, so a GTID set does not show them.
 * The memory on disk says first that later transactions are not to be trusted, which makes the node a clone, and takes
 * that back if nothing was written.
 *
 * @throws Error if the memory cannot be written, SqlError if MySQL does not leave.
 */
export async function leaveMadeByHand({ mysql, memory, trusted }: LeavingTools): Promise<void> {
  const isFirst = memory.remembered.trustedGtid === null;
  const { begin } = await lastClone(mysql);
  memory.distrustBeyond(largestIntervals(trusted, maxLength), begin);
  await mysql.query("SET GLOBAL offline_mode = ON", 5_000);
  const isClean = await hasNoTransactions(mysql);
  if (isClean && isFirst) memory.trustAll();
  if (!isClean) log(3, `transactions after ${trusted} are not to be trusted`);
  await stopMember(mysql);
}

/**
 * True if a clone has replaced the untrusted data. A clone leaves MySQL's UUID as it is, and its end is not to be told
 * from a restart of MySQL, but MySQL keeps the state of its last clone on disk.
 */
export async function isReplaced({ mysql, memory }: Omit<LeavingTools, "trusted">) {
  if (memory.remembered.trustedGtid === null) return false;
  const { begin, state } = await lastClone(mysql);
  return state === "Completed" && memory.trustClone(begin);
}

/** MySQL error "no such table": the clone plugin is not installed. */
const noTable = 1146;

/** Start and state of the last clone that replaced the data of this MySQL; empty if there was none. */
async function lastClone(mysql: Pick<Mysql, "query">): Promise<{ begin: string; state: string }> {
  const sql =
    "SELECT BEGIN_TIME, STATE FROM performance_schema.clone_status WHERE DESTINATION = 'LOCAL INSTANCE'";
  try {
    const [[begin = "", state = ""] = []] = await mysql.query(sql, readOnlyMs);
    return { begin, state };
  } catch (error) {
    if (error instanceof SqlError && error.code === noTable) return { begin: "", state: "" };
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
