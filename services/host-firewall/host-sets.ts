import { generatedNotice, text } from "../text";
import { hostSets } from "./output-rules";

/**
 * File with the elements of the firewall's sets, which the host writes itself. Other names of sets need another path:
 * nft refuses an element without a set.
 */
export const hostSetsPath = "/var/lib/webstack/firewall-sets.nft";

/** Users of the clock's daemons: chrony on Ubuntu, systemd-timesyncd on Debian. */
const clockUsers = ["_chrony", "systemd-timesync"];
/** Users of the resolvers that answer on a loopback address. */
const resolverUsers = ["systemd-resolve"];

/**
 * Renders the program that finds out what differs by distribution: the numbers of the users of the clock and of the
 * resolver, as far as they exist, and the servers of `/etc/resolv.conf`. A host with systemd-resolved names only
 * 127.0.0.53 there, so its users reach no server; without it every user must. Without a server in the file, as before the network
 * is up, the file of the last time stays: it was written on a host that ran. nft checks each element, so that a strange
 * line never costs the host its firewall.
 */
export function hostSetsProgram(): string {
  const { clockUsers: clock, resolverUsers: resolver, nameservers, nameservers6 } = hostSets;
  return text`
    #!/bin/sh
    ${generatedNotice}
    set -u
    umask 077
    sets=${hostSetsPath}
    resolvers=/etc/resolv.conf
    [ ! -e "$sets" ] || grep -q '^nameserver' "$resolvers" || exit 0

    # element <set> <type> <value>
    element() {
      echo "table inet t { set s { type $2; elements = { $3 }; }; }" |
        nft -c -f - 2>/dev/null && echo "add element inet webstack $1 { $3 }"
    }
    user() {
      id=$(id -u "$2" 2>/dev/null) && element "$1" uid "$id"
    }
    {
      ${clockUsers.map((user) => `user ${clock.name} ${user}`)}
      ${resolverUsers.map((user) => `user ${resolver.name} ${user}`)}
      sed -n 's/^nameserver[[:space:]]*//p' "$resolvers" | while read -r server _; do
        case "$server" in
          127.* | ::1) ;;
          *:*) element ${nameservers6.name} ipv6_addr "$server" ;;
          *) element ${nameservers.name} ipv4_addr "$server" ;;
        esac
      done
    } > "$sets.new"
    mv "$sets.new" "$sets"
  `;
}

/**
 * Renders the drop-in of nftables: the sets' elements are found before each load. A load does not depend on it, since a host
 * without a firewall is worse than one whose clock waits.
 *
 * @param program path of the rendered program.
 */
export function nftablesDropIn(program: string): string {
  return text`
    ${generatedNotice}
    [Service]
    ExecStartPre=-/bin/sh ${program}
    ExecReload=
    ExecReload=-/bin/sh ${program}
    ExecReload=/usr/sbin/nft -f /etc/nftables.conf
  `;
}
