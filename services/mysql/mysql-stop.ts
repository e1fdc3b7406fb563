import { controlSocket } from "../supervisor/supervisor-ports";

/** Writes reach the new primary before the old one leaves, which holds commits up once more. */
const afterHandOverSeconds = 2;
/** Time for the other members to begin to fill places, and for own messages to arrive, seconds. */
const headStartSeconds = 0.5;

/**
 * Gives the primary away before MySQL stops. Commits under way would hold up a primary that leaves
 * by itself for a minute. On a secondary it names the primary that there is.
 */
const handOver = [
  "SET @own = (SELECT MEMBER_ROLE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid)",
  "SET @other = IF(@own = 'PRIMARY', 'SECONDARY', 'PRIMARY')",
  "SET @heir = (SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = @other ORDER BY MEMBER_ID LIMIT 1)",
  "SELECT group_replication_set_as_primary(@heir)",
  `DO SLEEP(IF(@own = 'PRIMARY', ${afterHandOverSeconds}, 0))`,
].join("; ");

/**
 * What a member of a group does before its MySQL stops, as lines of its unit: it gives the primary
 * away, and its supervisor tells the others that it leaves. A step that fails holds up nothing.
 */
export function beforeStop(): string[] {
  const told =
    "/usr/bin/curl --silent --fail --max-time 2 --output /dev/null " +
    `--unix-socket ${controlSocket} --request POST http://supervisor/leaving`;
  return [
    `ExecStop=-/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${handOver}"`,
    // Only root reaches the supervisor, and the unit has a user of its own.
    `ExecStop=-+/bin/sh -c "${told} && exec /usr/bin/sleep ${headStartSeconds}"`,
  ];
}
