import type { Role } from "../../topology";
import { made } from "../notice";
import { checksPort, peerPort } from "../supervisor/supervisor-ports";
import { text } from "../text";

/** What a host's own firewall depends on. */
export interface FirewallArgs {
  /** Tier. */
  role: Role;
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Private address of the other load balancer, on load balancers. */
  peerIp?: string;
  /** Port that load balancers reach, on a node with a broker. @default none */
  brokerPort?: number;
  /** User that has the project's token and calls the API, on the nodes where it is. @default none */
  apiUser?: string;
  /** User that asks the other load balancer in public whether it serves. @default none */
  askingUser?: string;
}

/**
 * Renders `/etc/nftables.conf`. Cloud firewalls filter only the public side, so this one filters
 * the private side by tier: load balancers reach web nodes, web nodes reach app nodes, app nodes
 * reach databases, and SSH comes through a load balancer.
 *
 * Syntax: https://wiki.nftables.org/, nftables 1.0 and later.
 */
export function nftablesConf(args: FirewallArgs): string {
  const { role } = args;
  return text`
    #!/usr/sbin/nft -f
    ${made}
    table inet webstack
    delete table inet webstack

    table inet webstack {
      ${role === "lb" ? heldBack : []}
      chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        meta l4proto { icmp, ipv6-icmp } accept
        ${role === "lb" ? ["tcp dport @held_back ct state new drop"] : []}
        ${rules(args)}
      }

      chain output {
        type filter hook output priority filter; policy accept;
        # Metadata holds user data; only root reads it.
        ip daddr 169.254.169.254 meta skuid != 0 drop
        ${role === "lb" || args.apiUser ? onlySystemCallsOut(args) : []}
      }
    }
  `;
}

/** Ports whose new connections wait while the floating IP moves by plan; `edge.js` fills it. */
const heldBack = ["set held_back {", "  type inet_service", "  flags timeout", "}"];

/**
 * On a load balancer, and where the project's token is, nothing but the system and the token's user
 * opens a connection to the outside: a service that was taken over must not reach the API.
 */
function onlySystemCallsOut({ subnets, apiUser, askingUser }: FirewallArgs): string[] {
  const users = ["root", "_apt", ...(apiUser ? [apiUser] : [])].map((user) => `"${user}"`);
  return [
    'oif "lo" accept',
    `ip daddr { ${Object.values(subnets).join(", ")} } accept`,
    ...(askingUser ? [`meta skuid "${askingUser}" tcp dport 80 accept`] : []),
    `ct state new tcp dport != 53 meta skuid != { ${users.join(", ")} } drop`,
  ];
}

function rules({ role, subnets, peerIp, brokerPort }: FirewallArgs): string[] {
  const ports = brokerPort ? `{ 22, ${brokerPort} }` : "22";
  const fromLb = `ip saddr ${subnets.lb} tcp dport ${ports} accept`;
  switch (role) {
    case "lb":
      return [
        // The tiers behind it are asked by load balancers, never the other way round.
        `ip saddr { ${subnets.web}, ${subnets.app}, ${subnets.db} } drop`,
        "tcp dport { 22, 80, 443 } accept",
        ...(peerIp
          ? [
              `ip saddr ${peerIp} ip protocol vrrp accept`,
              `ip saddr ${peerIp} tcp dport 10000 accept`,
            ]
          : []),
      ];
    case "web":
      return [fromLb, `ip saddr ${subnets.lb} tcp dport 80 accept`];
    case "app":
      return [fromLb, `ip saddr ${subnets.web} tcp dport 3000 accept`];
    case "db":
      return [
        fromLb,
        `ip saddr ${subnets.app} tcp dport { 3306, ${checksPort} } accept`,
        `ip saddr ${subnets.db} tcp dport { 3306, ${peerPort}, 33061 } accept`,
      ];
  }
}
