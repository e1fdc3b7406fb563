import { generatedNotice, text } from "../text";
import { hostSets } from "./output-rules";

/**
 * File with the elements of the firewall's sets, which the host writes itself. Other names of sets need another path:
 * nft refuses an element without a set.
 */
export const hostSetsPath = "/var/lib/webstack/firewall-sets.nft";

/** Users of NTP clients: chrony on Ubuntu, systemd-timesyncd on Debian, and others that operators install. */
const clockUsers = ["_chrony", "systemd-timesync", "ntpsec", "ntp", "_ntp"];
/** Users of the resolvers that answer on a loopback address: systemd-resolved on Ubuntu, and others that operators install. */
const resolverUsers = ["systemd-resolve", "unbound", "bind", "dnsmasq"];

/**
 * Renders the program that reads what differs by distribution: the numbers of the users of clock and resolver, as far
 * as these exist, and the name servers of `/etc/resolv.conf`. A host with systemd-resolved names only 127.0.0.53 there,
 * so other users reach no name server; on a host without systemd-resolved every user must reach one. If the file names
 * no server, as before the network is up, the earlier servers stay. nft checks each element, so that an unexpected line
 * never costs the host its firewall.
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
