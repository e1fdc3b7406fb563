import type { Mysql } from "../../supervisor/mysql";
import { originText, readOrigin } from "../origin";
import type { Status } from "../status";

const stateSql =
  "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid";

/**
 * Checks that this MySQL is an ONLINE member of its group. One that is not may have lost its data in a copy that
 * broke off, or have transactions that the group does not have.
 *
 * @throws Error if it is no such member, or does not answer.
 */
export async function checkMember(mysql: Mysql): Promise<void> {
  const [row] = await mysql.query(stateSql, 10_000);
  const state = row?.[0] || "OFFLINE";
  if (state === "ONLINE") return;
  throw new Error(
    `MySQL of this node is ${state} in its group, and a base is taken of an ONLINE member alone`,
  );
}

/**
 * Checks that a copy is of the data that the archiver named when the copy began: a group may have been founded
 * meanwhile, and a base of its data in the history of the one before would mix two histories.
 *
 * @throws Error if the copy is of other data.
 */
export async function checkOrigin(copy: Mysql, { origin }: Pick<Status, "origin">): Promise<void> {
  const found = await readOrigin(copy);
  const text = found ? originText(found) : "no database that is archived";
  if (text === origin) return;
  throw new Error(
    `the copy is of ${text}, and its base was to be of ${origin}: a group was founded meanwhile; the archiver asks for a base again`,
  );
}
