import type { Peer } from "../../topology";
import type { BundleCheck } from "../bundle";

/** The list of nodes with which the running supervisor was started: a check sees the new files in `/etc`. */
const presentList = "/proc/1/root/etc/webstack/supervisor.json";
/** Folder of the supervisor's record. */
const recordFolder = "/var/lib/webstack-supervisor";

/**
 * Check that refuses another list of nodes on a host of a group, where the change could not be agreed on. A supervisor
 * of an earlier release has no electorate on disk: after a restart with another list it would take that list for the agreed
 * one. And of fewer nodes each must be there: until the change is agreed on, a primary with the new list sees these alone,
 * and needs a majority of the former list too.
 *
 * @param configPath path of the supervisor's settings.
 * @param nodes all database nodes of the new settings.
 */
export function resizeRefusal(configPath: string, nodes: readonly Peer[]): BundleCheck {
  return { files: [configPath], command: ["/bin/sh", "-c", script(nodes)] };
}

function script(nodes: readonly Peer[]): string {
  const count = nodes.length;
  const addresses = nodes.map(({ privateIp }) => `'${privateIp}'`).join(", ");
  const online = `SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_HOST IN (${addresses})`;
  return [
    `before=$(grep -c '"name":' ${presentList} 2>/dev/null) || exit 0`,
    `test "$before" -le 1 -o "$before" -eq ${count} && exit 0`,
    `if grep -qs '"certificate":{' ${recordFolder}/memory.json ${recordFolder}/memory.spare && ! grep -qs '"electorate":{' ${recordFolder}/memory.json ${recordFolder}/memory.spare; then`,
    `echo "db.nodes: this host's supervisor is of a release that agrees on no change, and the list grows or shrinks from $before to ${count}. Set db.nodes to $before, run pulumi up, and then change the number." >&2`,
    "exit 1",
    "fi",
    `test "$before" -lt ${count} && exit 0`,
    `online=$(/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root --skip-column-names --batch "--execute=${online}") || online=0`,
    `test "$online" -ge ${count} && exit 0`,
    `echo "db.nodes: $online of the ${count} nodes that stay are ONLINE, and all must be before there are fewer than $before: a primary needs a majority of the former nodes until the change is agreed on. Bring the others back (npm run db:status, npm run roll), or set db.nodes to $before again." >&2`,
    "exit 1",
  ].join("\n");
}
