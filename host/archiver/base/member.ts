import type { Mysql } from "../../supervisor/mysql";

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
