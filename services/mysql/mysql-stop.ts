import { controlSocket } from "../supervisor/supervisor-ports";

/** Wait for writes to reach the new primary before the old one leaves, seconds; the leave delays commits once more. */
const afterHandOverSeconds = 2;
/** Time for the other members to begin to fill XCom's slots, and for this member's messages to arrive, seconds. */
const headStartSeconds = 0.5;

/**
 * Command that moves the primary role to another member before MySQL stops. Commits in progress would delay
 * a primary that leaves without this step for a minute. On a secondary the command names the present primary.
 */
const handOver = [
  "SET @own = (SELECT MEMBER_ROLE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid)",
  "SET @other = IF(@own = 'PRIMARY', 'SECONDARY', 'PRIMARY')",
  "SET @heir = (SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = @other ORDER BY MEMBER_ID LIMIT 1)",
  "SELECT group_replication_set_as_primary(@heir)",
  `DO SLEEP(IF(@own = 'PRIMARY', ${afterHandOverSeconds}, 0))`,
].join("; ");

/**
 * Lines of MySQL's unit for a member of a group, run before MySQL stops: the member hands over the primary
 * role, and its supervisor announces the leave to the other members. A step that fails does not delay the stop.
 */
export function beforeStop(): string[] {
  const told =
    "/usr/bin/curl --silent --fail --max-time 2 --output /dev/null " +
    `--unix-socket ${controlSocket} --request POST http://supervisor/leaving`;
  return [
    `ExecStop=-/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${handOver}"`,
    // Only root reaches the supervisor's socket, and the unit runs as another user.
    `ExecStop=-+/bin/sh -c "${told} && exec /usr/bin/sleep ${headStartSeconds}"`,
  ];
}
