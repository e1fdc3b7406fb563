import { generatedNotice, text } from "../text";

/** Arguments of {@link egressNft}. */
export interface EgressNftArgs {
  /** Subnets with prefix whose nodes call out through this load balancer. */
  subnets: readonly string[];
  /** Source address of what leaves, no prefix: the floating IPv4, which is the same whichever load balancer has it. */
  sourceIp: string;
}

/**
 * Addresses that no node reaches through a load balancer: this host, private networks, the metadata service, shared
 * address space, multicast. Source: RFC 6890. Its blocks for tests of networks are left out: no host has such an
 * address, and the local cloud uses these blocks.
 */
const notOutside = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"],
];

/**
 * Renders the table of the gateway, beside that of the host's own firewall. A packet that comes back belongs to the
 * state of a connection; the gateway drops everything else that this host could forward.
 *
 * The state may come from the other load balancer: conntrackd copies it. The public side has a larger MTU than the
 * private one, so each SYN gets the segment size of its route. A source address counts only on the interface that leads
 * to it.
 *
 * Syntax: https://wiki.nftables.org/, nftables 1.0 and later.
 */
export function egressNft({ subnets, sourceIp }: EgressNftArgs): string {
  const outwards = `ip saddr { ${subnets.join(", ")} } ip daddr != { ${notOutside.join(", ")} }`;
  return text`
    #!/usr/sbin/nft -f
    ${generatedNotice}
    table ip webstack_egress
    delete table ip webstack_egress

    table ip webstack_egress {
      chain forward {
        type filter hook forward priority filter; policy drop;
        tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
        fib saddr . iif oif missing drop
        ct state vmap { established : accept, related : accept, invalid : drop }
        ${outwards} accept
      }

      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ${outwards} snat to ${sourceIp}
      }
    }
  `;
}
