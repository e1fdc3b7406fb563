import type { BundleCheck } from "../bundle";

/** The list of nodes with which the running supervisor was started: a check sees the new files in `/etc`. */
const presentList = "/proc/1/root/etc/webstack/supervisor.json";

/**
 * Check that refuses a longer list of nodes while one of the present nodes is missing. From the first node with the
 * longer list on, a primary needs a majority of that list, and the new nodes count only once they have copied the data:
 * with a present node missing, no majority would be left, and no write would succeed.
 *
 * @param configPath path of the supervisor's settings.
 * @param count number of nodes in the new settings.
 */
export function grownListRefusal(configPath: string, count: number): BundleCheck {
  return { files: [configPath], command: ["/bin/sh", "-c", script(count)] };
}

const online =
  "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";

function script(count: number): string {
  return [
    `before=$(grep -c '"name":' ${presentList} 2>/dev/null) || exit 0`,
    `test "$before" -le 1 -o "$before" -ge ${count} && exit 0`,
    `online=$(/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root --skip-column-names --batch "--execute=${online}") || online=0`,
    `test "$online" -ge "$before" && exit 0`,
    `echo "db.nodes: $online of the $before present nodes are ONLINE, and all must be before there are ${count}: with fewer no majority would be left for writes. Bring the others back (npm run db:status, npm run roll), or set db.nodes to $before again." >&2`,
    "exit 1",
  ].join("\n");
}
