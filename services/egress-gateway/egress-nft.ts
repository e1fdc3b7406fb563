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
 * address space, multicast. Source: RFC 6890, whose blocks for tests of networks are left out: nobody is there, and the
 * local cloud uses them.
 */
const notOutside = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"],
];

/**
 * Renders the table of the gateway, beside that of the host's own firewall. What comes back has a state of its
 * connection; everything else that this host could forward is dropped.
 *
 * The state may be the other load balancer's, which conntrackd copied here. The public side has a larger MTU than the
 * private one, so the segment size is that of the way. A source address counts only on the interface that leads to it.
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
