import type { BundleAside } from "../bundle";

/**
 * What precedes a restart on a database node: if the primary is none of the nodes, because a smaller count removes it,
 * another one that stays becomes the primary, the last one first: it is the last to restart. Later the nodes that have the
 * new list would no longer count with the former primary, and writes would wait.
 *
 * @param own private IPv4 address of the node that restarts.
 * @param addresses private IPv4 addresses of all database nodes that stay.
 */
export function primaryStays(own: string, addresses: readonly string[]): BundleAside {
  const list = addresses.map((address) => `'${address}'`).join(", ");
  const members = "performance_schema.replication_group_members";
  const isLeaver = `EXISTS (SELECT 1 FROM ${members} WHERE MEMBER_ROLE = 'PRIMARY' AND MEMBER_HOST NOT IN (${list}))`;
  const heir = `SELECT MEMBER_ID FROM ${members} WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_HOST IN (${list}) AND MEMBER_HOST <> '${own}' ORDER BY INET_ATON(MEMBER_HOST) DESC LIMIT 1`;
  const sql = [
    `SET @heir = IF(${isLeaver}, (${heir}), NULL)`,
    "SET @step = IF(@heir IS NULL, 'DO 0', CONCAT('SELECT group_replication_set_as_primary(', QUOTE(@heir), ')'))",
    "PREPARE step FROM @step",
    "EXECUTE step",
  ].join("; ");
  const become = `/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${sql}"`;
  return { leave: ["/bin/sh", "-c", become], back: ["/bin/true"] };
}
