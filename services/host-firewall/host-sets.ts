import { generatedNotice, text } from "../text";
import { hostSets } from "./output-rules";

/**
 * File with the elements of the firewall's sets, which the host writes itself. Other names of sets need another path:
 * nft refuses an element without a set.
 */
export const hostSetsPath = "/var/lib/webstack/firewall-sets.nft";

/** Users of the clock's daemons: chrony on Ubuntu, systemd-timesyncd on Debian, and others that operators install. */
const clockUsers = ["_chrony", "systemd-timesync", "ntpsec", "ntp", "_ntp"];
/** Users of the resolvers that answer on a loopback address: systemd-resolved on Ubuntu, and others that operators install. */
const resolverUsers = ["systemd-resolve", "unbound", "bind", "dnsmasq"];

/**
 * Renders the program that finds out what differs by distribution: the numbers of the users of the clock and of the
 * resolver, as far as they exist, and the servers of `/etc/resolv.conf`. A host with systemd-resolved names only
 * 127.0.0.53 there, so its users reach no server; without it every user must. Without a server in the file, as before the network
 * is up, the servers of the last time stay. nft checks each element, so that a strange
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
      if grep -qs '^nameserver' "$resolvers"; then
        sed -n 's/^nameserver[[:space:]]*//p' "$resolvers" | while read -r server _; do
          case "$server" in
            127.* | ::1) ;;
            *:*) element ${nameservers6.name} ipv6_addr "$server" ;;
            *) element ${nameservers.name} ipv4_addr "$server" ;;
          esac
        done
      else
        grep -s ' ${nameservers.name}' "$sets"
      fi
    } > "$sets.new"
    sync "$sets.new"
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
