import type { Role } from "../../topology";
import { generatedNotice } from "../notice";
import type { Opening, OutgoingCalls, Source } from "../service";
import { text } from "../text";

/** Arguments of {@link nftablesConf}. */
export interface FirewallArgs {
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Private addresses of the other nodes of the tier. */
  peerIps: readonly string[];
  /** Openings in groups; the rules of one group come before those of the next. */
  openings: readonly (readonly Opening[])[];
  /** Users that may open connections to the internet; empty: every user may. */
  callsOut: readonly OutgoingCalls[];
  /** True if the firewall can hold back new connections to chosen ports. */
  holdsBack: boolean;
}

/**
 * Renders `/etc/nftables.conf`. Hetzner's firewalls filter the public side only, so this firewall filters the
 * private side: it drops connections to ports that no service of the host opens.
 *
 * Syntax: https://wiki.nftables.org/, nftables 1.0 and later.
 */
export function nftablesConf(args: FirewallArgs): string {
  return text`
    #!/usr/sbin/nft -f
    ${generatedNotice}
    table inet webstack
    delete table inet webstack

    table inet webstack {
      ${args.holdsBack ? heldBack : []}
      chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        meta l4proto { icmp, ipv6-icmp } accept
        ${args.holdsBack ? ["tcp dport @held_back ct state new drop"] : []}
        ${rules(args)}
      }

      chain output {
        type filter hook output priority filter; policy accept;
        # The metadata service returns user data, so only root may call it.
        ip daddr 169.254.169.254 meta skuid != 0 drop
        ${args.callsOut.length > 0 ? onlyTheseCallOut(args) : []}
      }
    }
  `;
}

/** Set of ports whose new connections wait during a planned move of the floating IP; `edge.js` fills the set. */
const heldBack = ["set held_back {", "  type inet_service", "  flags timeout", "}"];

/**
 * Ports that every user may reach: DNS, and of the clock's servers NTP (UDP 123) and the key exchange of Network Time
 * Security (TCP 4460, RFC 8915), which Ubuntu's chrony has used by default since 25.10. The rule names no user for the
 * clock: it differs by distribution, and nft refuses a file that names a missing user. UDP 67 and 547 are DHCP, whose
 * leases the network's daemon renews under a user of its own. The API listens on 443.
 *
 * Source: https://documentation.ubuntu.com/server/how-to/networking/chrony-client/
 */
const portsOfTheSystem = { tcp: [53, 4460], udp: [53, 67, 123, 547] } as const;

/**
 * Rules for the load balancers and for nodes with the project's API token: only the system's users and the users
 * in `callsOut` open connections to the internet. A compromised service must not reach the API.
 */
function onlyTheseCallOut({ subnets, callsOut }: FirewallArgs): string[] {
  const free = callsOut.filter(({ port }) => port === undefined).map(({ user }) => user);
  const users = ["root", "_apt", ...free].map((user) => `"${user}"`);
  return [
    'oif "lo" accept',
    `ip daddr { ${Object.values(subnets).join(", ")} } accept`,
    ...callsOut
      .filter(({ port }) => port !== undefined)
      .map(({ user, port }) => `meta skuid "${user}" tcp dport ${port!} accept`),
    ...(["tcp", "udp"] as const).map(
      (kind) =>
        `ct state new ${kind} dport != ${set(portsOfTheSystem[kind])} meta skuid != { ${users.join(", ")} } drop`,
    ),
  ];
}

const isPublic = ({ from }: Opening) => from === "anywhere" || from === "admins";

/**
 * Rules for the tiers and the peers come first: an opening for the whole internet or for the admins lets no node of the
 * stack in over the private network, where no cloud firewall has looked at its address. A load balancer opens
 * connections to the tiers behind it, never the reverse.
 */
function rules({ subnets, peerIps, openings }: FirewallArgs): string[] {
  const all = openings.flat();
  const forAll = all.filter(isPublic);
  return [
    ...openings.flatMap((group) =>
      Object.entries(subnets).flatMap(([tier, subnet]) =>
        accept(`ip saddr ${subnet} `, from(tier as Role, group)),
      ),
    ),
    ...(peerIps.length > 0 ? accept(`ip saddr ${set(peerIps)} `, from("peers", all)) : []),
    ...(forAll.length > 0 ? [`ip saddr ${set(Object.values(subnets))} drop`] : []),
    ...accept("", forAll),
  ];
}

function from(source: Source, openings: readonly Opening[]): Opening[] {
  return openings.filter((opening) => opening.from === source);
}

/** Rules that accept the openings for one source; other rules accept ICMP. */
function accept(source: string, openings: readonly Opening[]): string[] {
  const hasVrrp = openings.some(({ protocol }) => protocol === "vrrp");
  const ports = (["tcp", "udp"] as const).flatMap((kind) => {
    const numbers = openings.flatMap(({ protocol, port }) =>
      protocol === kind ? (port ?? []) : [],
    );
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);
    return sorted.length > 0 ? [`${source}${kind} dport ${set(sorted)} accept`] : [];
  });
  return [...(hasVrrp ? [`${source}ip protocol vrrp accept`] : []), ...ports];
}

function set(values: readonly (string | number)[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
}
