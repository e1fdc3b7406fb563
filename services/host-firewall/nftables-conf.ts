import type { Role } from "../../topology";
import type { Opening, Source } from "../service";
import { generatedNotice, text } from "../text";
import { hostSetsPath } from "./host-sets";
import { hostSetLines, type OutputArgs, outputRules, accept, set } from "./output-rules";

/** Arguments of {@link nftablesConf}. */
export interface FirewallArgs extends OutputArgs {
  /** Private addresses of the other nodes of the tier. */
  peerIps: readonly string[];
  /** Openings in groups; the rules of one group come before those of the next. */
  openings: readonly (readonly Opening[])[];
  /** True if the firewall can hold back new connections to chosen ports. */
  holdsBack: boolean;
}

/**
 * Renders `/etc/nftables.conf`. Hetzner's firewalls filter the public side only, so this firewall filters the
 * private side: it drops connections to ports that no service of the host opens, and those that no service of the
 * host needs. nft replaces the table in one transaction, with the elements of its sets.
 *
 * Syntax: https://wiki.nftables.org/, nftables 1.0 and later; an include with a wildcard may find no file.
 */
export function nftablesConf(args: FirewallArgs): string {
  return text`
    #!/usr/sbin/nft -f
    ${generatedNotice}
    table inet webstack
    delete table inet webstack

    table inet webstack {
      ${hostSetLines}
      ${args.holdsBack ? heldBack : []}
      chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        meta l4proto { icmp, ipv6-icmp } accept
        ${args.holdsBack ? ["tcp dport @held_back ct state new drop"] : []}
        ${rules(args)}
      }

      ${untracked}
      chain output {
        type filter hook output priority filter; policy drop;
        ${outputRules(args)}
      }
    }

    include "${hostSetsPath.replace(/\.nft$/, "*.nft")}"
  `;
}

/** Set of ports whose new connections wait during a planned move of the floating IP; `edge.js` fills the set. */
const heldBack = ["set held_back {", "  type inet_service", "  flags timeout", "}"];

/**
 * Chains that keep connections on the loopback interface out of the table of connections: a host whose table is full
 * must not fail its own health checks. The rules for that interface need no state, and no rule translates its addresses.
 */
const untracked = [
  "chain loopback_in {",
  "  type filter hook prerouting priority raw; policy accept;",
  '  iif "lo" notrack',
  "}",
  "",
  "chain loopback_out {",
  "  type filter hook output priority raw; policy accept;",
  '  oif "lo" notrack',
  "}",
  "",
];

const isPublic = ({ from }: Opening) => from === "anywhere" || from === "admins";

/**
 * Rules for the tiers and the peers come first: an opening for the whole internet or for the admins lets no node of the
 * stack in over the private network, where no cloud firewall has checked its address. A load balancer opens connections
 * to the tiers behind it, never the reverse.
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
