import type { Role } from "./bundle";
import { made } from "./notice";
import { text } from "./text";

/** What a host's own firewall depends on. */
export interface FirewallArgs {
  /** Tier. */
  role: Role;
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Private address of the other load balancer, on load balancers. */
  peerIp?: string;
}

/**
 * Renders `/etc/nftables.conf`. Cloud firewalls filter only the public side, so this one filters
 * the private side by tier: load balancers reach web nodes, web nodes reach app nodes, app nodes
 * reach databases, and SSH comes through a load balancer.
 *
 * Syntax: https://wiki.nftables.org/, nftables 1.0 and later.
 */
export function nftablesConf(args: FirewallArgs): string {
  return text`
    #!/usr/sbin/nft -f
    ${made}
    table inet webstack
    delete table inet webstack

    table inet webstack {
      chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        meta l4proto { icmp, ipv6-icmp } accept
        ${rules(args)}
      }

      chain output {
        type filter hook output priority filter; policy accept;
        # Metadata holds user data; only root reads it.
        ip daddr 169.254.169.254 meta skuid != 0 drop
      }
    }
  `;
}

function rules({ role, subnets, peerIp }: FirewallArgs): string[] {
  const fromLb = `ip saddr ${subnets.lb} tcp dport 22 accept`;
  switch (role) {
    case "lb":
      return [
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
        `ip saddr ${subnets.app} tcp dport { 3306, 9200 } accept`,
        `ip saddr ${subnets.db} tcp dport { 3306, 9200, 33061 } accept`,
      ];
  }
}
