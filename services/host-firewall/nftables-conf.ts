import type { Role } from "../../topology";
import { generatedNotice } from "../notice";
import type { Opening, OutgoingCalls, Source } from "../service";
import { text } from "../text";

/** What a host's own firewall depends on. */
export interface FirewallArgs {
  /** Tier. */
  role: Role;
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Private addresses of the other nodes of the tier. */
  peerIps: readonly string[];
  /** Ways in, in groups; rules of one group come before those of the next. */
  openings: readonly (readonly Opening[])[];
  /** Users that call out; without any, everybody may. */
  callsOut: readonly OutgoingCalls[];
  /** True if new connections to chosen ports can be held back. */
  holdsBack: boolean;
}

/**
 * Renders `/etc/nftables.conf`. Cloud firewalls filter only the public side, so this one filters the
 * private side: what no service of the host opens is dropped.
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
        # Metadata holds user data; only root reads it.
        ip daddr 169.254.169.254 meta skuid != 0 drop
        ${args.callsOut.length > 0 ? onlyTheseCallOut(args) : []}
      }
    }
  `;
}

/** Ports whose new connections wait while the floating IP moves by plan; `edge.js` fills it. */
const heldBack = ["set held_back {", "  type inet_service", "  flags timeout", "}"];

/**
 * On a load balancer, and where the project's token is, nothing but the system and the services that
 * say so opens a connection to the outside: a service that was taken over must not reach the API.
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
    `ct state new tcp dport != 53 meta skuid != { ${users.join(", ")} } drop`,
  ];
}

const isPublic = ({ from }: Opening) => from === "anywhere" || from === "admins";

/**
 * Tiers first. A host that is open to everybody is not open to the tiers that it does not name: those
 * behind it are asked by it, never the other way round.
 */
function rules({ role, subnets, peerIps, openings }: FirewallArgs): string[] {
  const all = openings.flat();
  const forAll = all.filter(isPublic);
  const others = Object.entries(subnets).filter(([tier]) => tier !== role);
  const closed = others.map(([, subnet]) => subnet).join(", ");
  return [
    ...openings.flatMap((group) =>
      Object.entries(subnets).flatMap(([tier, subnet]) =>
        accept(`ip saddr ${subnet} `, from(tier as Role, group)),
      ),
    ),
    ...(forAll.length > 0 ? [`ip saddr { ${closed} } drop`] : []),
    ...accept("", forAll),
    ...(peerIps.length > 0 ? accept(`ip saddr ${set(peerIps)} `, from("peers", all)) : []),
  ];
}

function from(source: Source, openings: readonly Opening[]): Opening[] {
  return openings.filter((opening) => opening.from === source);
}

/** Rules that let openings of one source pass; ICMP passes anyway. */
function accept(source: string, openings: readonly Opening[]): string[] {
  const hasVrrp = openings.some(({ protocol }) => protocol === "vrrp");
  const ports = [...new Set(openings.flatMap(({ port }) => port ?? []))].sort((a, b) => a - b);
  return [
    ...(hasVrrp ? [`${source}ip protocol vrrp accept`] : []),
    ...(ports.length > 0 ? [`${source}tcp dport ${set(ports)} accept`] : []),
  ];
}

function set(values: readonly (string | number)[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
}
