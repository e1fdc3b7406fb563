import type { Role } from "../../topology";
import type { OutgoingCalls, Opening } from "../service";

/** Nodes of one tier that have the same openings. */
export interface OpeningGroup {
  /** Tier of the nodes. */
  tier: Role;
  /** Subnet of the whole tier with prefix, or private addresses of single nodes. */
  to: readonly string[];
  /** Ports that the services of these nodes open. */
  openings: readonly Opening[];
}

/** A destination in the stack with the openings that a node may use there. */
interface Destination {
  /** Subnet with prefix, or private addresses; at least one. */
  to: readonly string[];
  /** Openings whose source is the calling node. */
  openings: readonly Opening[];
}

/**
 * What a node of a tier may call in the stack: the openings of the other nodes that name this node as a source.
 *
 * @param peerIps private addresses of the other nodes of its tier.
 */
export function allowedDestinations(
  tier: Role,
  peerIps: readonly string[],
  places: readonly OpeningGroup[],
): Destination[] {
  const toTiers = places.map(({ to, openings }) => ({
    to,
    openings: openings.filter(({ from }) => from === tier),
  }));
  const forPeers = places
    .filter((place) => place.tier === tier)
    .flatMap(({ openings }) => openings.filter(({ from }) => from === "peers"));
  return [...toTiers, { to: peerIps, openings: forPeers }].filter(
    ({ to, openings }) => to.length > 0 && openings.length > 0,
  );
}

/** Arguments of {@link outputRules}. */
export interface OutputArgs {
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** What the node may call in the stack. */
  destinations: readonly Destination[];
  /** Users that may call addresses outside of the stack, besides the system's. */
  callsOut: readonly OutgoingCalls[];
}

/**
 * Sets of users and addresses that differ by distribution. nft refuses a file that names a missing user, so a program
 * of the host puts the numbers of the existing users into the sets.
 */
export const hostSets = {
  clockUsers: { name: "clock_users", type: "uid" },
  resolverUsers: { name: "resolver_users", type: "uid" },
  nameservers: { name: "nameservers", type: "ipv4_addr" },
  nameservers6: { name: "nameservers6", type: "ipv6_addr" },
} as const;

/** Declarations of {@link hostSets}. */
export const hostSetLines = Object.values(hostSets).map(
  ({ name, type }) => `set ${name} { type ${type}; }`,
);

/** TCP and UDP to the port of DNS. */
const dns = "meta l4proto { tcp, udp } th dport 53 accept";

/**
 * Rules of the output chain, whose policy drops. The order matters: packets of an established connection pass first;
 * calls to the stack follow from the openings alone; the last rules let single users call other addresses.
 *
 * Sources: RFC 8915 for TCP 4460, the keys of Network Time Security; RFC 2131 and 8415 for the ports of DHCP; RFC 7858
 * for TCP 853, DNS over TLS; cloud-init's DataSourceHetzner for both addresses of the metadata service.
 */
export function outputRules({ subnets, destinations, callsOut }: OutputArgs): string[] {
  const users = Object.values(hostSets);
  const [clock, resolver, nameservers, nameservers6] = users.map(({ name }) => `@${name}`);
  return [
    'oif "lo" accept',
    "ct state { established, related } accept",
    "# Conntrack forgets a half-closed connection after a minute. Only the kernel sends these packets.",
    "tcp flags & syn != syn accept",
    "# DHCP: the user of the client differs by distribution, but ports below 1024 need a capability.",
    "udp sport 68 udp dport 67 accept",
    "udp sport 546 udp dport 547 accept",
    `icmpv6 type ${set(neighbourMessages)} accept`,
    "# The metadata service returns user data, so only root may call it.",
    "ip daddr 169.254.169.254 meta skuid != 0 drop",
    "ip6 daddr fe80::a9fe:a9fe meta skuid != 0 drop",
    "meta l4proto { icmp, ipv6-icmp } meta skuid 0 accept",
    ...destinations.flatMap(({ to, openings }) => accept(`ip daddr ${set(to)} `, openings)),
    `ip daddr ${set(Object.values(subnets))} counter drop`,
    "meta skuid 0 accept",
    `meta skuid ${resolver} ${dns}`,
    `meta skuid ${resolver} tcp dport 853 accept`,
    `ip daddr ${nameservers} ${dns}`,
    `ip6 daddr ${nameservers6} ${dns}`,
    `meta skuid ${clock} udp dport 123 accept`,
    `meta skuid ${clock} tcp dport 4460 accept`,
    "# Mirrors and proxies of packages listen on many ports.",
    'meta skuid "_apt" meta l4proto tcp accept',
    ...callsOut.map(callOut),
    "counter",
  ];
}

/** Neighbour discovery and listener reports of IPv6, which the kernel and the network's daemon send. */
const neighbourMessages = [
  ...["nd-router-solicit", "nd-neighbor-solicit", "nd-neighbor-advert"],
  ...["mld-listener-report", "mld-listener-done", "mld2-listener-report"],
];

function callOut({ user, port, to, udp = false }: OutgoingCalls): string {
  const where = to === undefined ? "" : `${to.includes(":") ? "ip6" : "ip"} daddr ${to} `;
  const protocols = udp ? "{ tcp, udp }" : "tcp";
  const what =
    port === undefined
      ? `meta l4proto ${protocols}`
      : `${udp ? `meta l4proto ${protocols} th` : "tcp"} dport ${port}`;
  return `meta skuid "${user}" ${where}${what} accept`;
}

/**
 * Rules that accept what the openings list; other rules accept ICMP.
 *
 * @param side condition with a space at its end, such as `ip saddr 10.0.1.0/24 `; empty: every address.
 */
export function accept(side: string, openings: readonly Opening[]): string[] {
  const hasVrrp = openings.some(({ protocol }) => protocol === "vrrp");
  const ports = (["tcp", "udp"] as const).flatMap((kind) => {
    const numbers = openings.flatMap(({ protocol, port }) =>
      protocol === kind ? (port ?? []) : [],
    );
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);
    return sorted.length > 0 ? [`${side}${kind} dport ${set(sorted)} accept`] : [];
  });
  return [...(hasVrrp ? [`${side}ip protocol vrrp accept`] : []), ...ports];
}

/** One value, or several as an anonymous set. */
export function set(values: readonly (string | number)[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
}
