import type { BundleAside } from "../bundle";
import { controlSocket } from "./supervisor-ports";

/**
 * What follows a restart of the supervisor on the last database node: if the primary is none of the nodes, because a smaller
 * count removes it, this node becomes the primary. The app nodes' proxies, which change next, know the nodes alone. By
 * then every node that stays has the new list.
 *
 * @param addresses private IPv4 addresses of all database nodes.
 */
export function primaryStays(addresses: readonly string[]): BundleAside {
  const list = addresses.map((address) => `'${address}'`).join(", ");
  const sql = [
    `SET @heir = IFNULL((SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_ROLE = 'PRIMARY' AND MEMBER_HOST IN (${list})), @@server_uuid)`,
    "SELECT group_replication_set_as_primary(@heir)",
  ].join("; ");
  // A node whose supervisor failed must not become the primary: the proxies would not reach it.
  const healthy =
    "/usr/bin/curl --silent --fail --max-time 3 --output /dev/null " +
    `--unix-socket ${controlSocket} http://supervisor/health`;
  const become = `/usr/bin/timeout 15 /usr/bin/mysql --no-defaults --user=root "--execute=${sql}"`;
  return { leave: ["/bin/true"], back: ["/bin/sh", "-c", `${healthy} && ${become}`] };
}
