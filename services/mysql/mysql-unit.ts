import { controlSocket, handOverCommand } from "../supervisor/supervisor-ports";
import { generatedNotice, text } from "../text";
import { onOwnDisk, onVolume } from "./data-volume";
import { endPackageStart } from "./package-start";

/**
 * Sandbox of MySQL, which systemd starts as MySQL's user. The commands before and after MySQL run outside of it
 * (`PermissionsStartOnly=` of the packaged unit).
 *
 * None of these directives gives MySQL a mount namespace. In one, the AppArmor profile of the package cannot name the
 * path of systemd's socket, and refuses MySQL's message that it is up (https://github.com/systemd/systemd/issues/4774);
 * and MySQL would not see a volume that is mounted later.
 */
const mysqlSandbox = [
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
];

/**
 * Renders the drop-in of MySQL's unit.
 *
 * @param isMember whether the node is a member of a group.
 * @param hasVolume whether the data is on a volume.
 */
export function mysqlDropIn(isMember: boolean, hasVolume: boolean): string {
  const lines = hasVolume ? onVolume : onOwnDisk;
  return text`
    ${generatedNotice}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0
    ${lines.unit}

    [Service]
    ${lines.service}
    Restart=always
    RestartSec=1
    LimitNOFILE=16384
    OOMScoreAdjust=-700
    # After a clone MySQL exits to be restarted, but only if it knows that a supervisor restarts it.
    Environment=MYSQLD_PARENT_PID=1
    # What an upgrade of the package sets for its own start of MySQL.
    ${endPackageStart}
    ${mysqlSandbox}
    ${isMember ? beforeStop() : []}
  `;
}

/** Wait for writes to reach the new primary before the old one leaves, seconds; the leave delays commits once more. */
const afterHandOverSeconds = 2;
/** Time for the other members to begin to fill XCom's slots, and for this member's messages to arrive, seconds. */
const headStartSeconds = 0.5;

/**
 * Statements that move the primary role to another member before MySQL stops, if the supervisor has not. Commits in progress would delay
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
 * Lines of MySQL's unit for a member of a group, run before MySQL stops: the supervisor hands over the primary
 * role, or else the statements do, and its supervisor announces the leave to the other members. A step that fails does not delay the stop.
 */
function beforeStop(): string[] {
  const told =
    "/usr/bin/curl --silent --fail --max-time 2 --output /dev/null " +
    `--unix-socket ${controlSocket} --request POST http://supervisor/leaving`;
  return [
    // Only root reaches the supervisor's socket, and the unit runs as another user.
    `ExecStop=-+/bin/sh -c "${handOverCommand()} && exec /usr/bin/sleep ${afterHandOverSeconds}"`,
    `ExecStop=-/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${handOver}"`,
    `ExecStop=-+/bin/sh -c "${told} && exec /usr/bin/sleep ${headStartSeconds}"`,
  ];
}
