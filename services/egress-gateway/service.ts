import { rootFile } from "../bundle";
import type { Opening, Service } from "../service";
import { generatedNotice, text } from "../text";
import { onceSandbox } from "../unit-sandbox";
import { egressNft, type EgressNftArgs } from "./egress-nft";

/** Paths of the rendered files. */
export const egressGatewayPaths = {
  rules: "/etc/webstack/egress.nft",
  unit: "/etc/systemd/system/webstack-egress-gateway.service",
};

/**
 * Ways of the tiers behind the load balancers to the stack's own site. A node without a public address reaches the
 * floating IP over the private network, on which a load balancer accepts no other caller.
 */
const ownSite: Opening[] = (["web", "app"] as const).flatMap((from) => [
  { from, protocol: "tcp", port: 80, purpose: "the stack's own site over HTTP" },
  { from, protocol: "tcp", port: 443, purpose: "the stack's own site over HTTPS" },
]);

/**
 * The gateway of the nodes without a public address, on both load balancers: the cloud's route decides which one is
 * in use.
 */
export function egressGateway(args: EgressNftArgs): Service<unknown> {
  const { rules, unit } = egressGatewayPaths;
  return {
    name: "egress-gateway",
    openings: ownSite,
    part: () => ({
      packages: ["nftables"],
      files: { [rules]: rootFile(egressNft(args)), [unit]: rootFile(gatewayUnit()) },
      checks: [{ files: [rules], command: ["/usr/sbin/nft", "-c", "-f", rules] }],
      unitFiles: { own: [unit] },
      services: [
        {
          unit: "webstack-egress-gateway.service",
          reloadFiles: [rules],
          restartFiles: [unit],
          needs: [],
          health: {
            command: ["/usr/sbin/nft", "list", "chain", "ip", "webstack_egress", "forward"],
            timeoutSeconds: 5,
          },
        },
      ],
    }),
  };
}

/** Sandbox of a command that also sets the network's part of the kernel's settings, which are files in `/proc/sys`. */
const withKernelSettings = onceSandbox("CAP_NET_ADMIN").filter(
  (line) => !/^(ProtectKernelTunables|ProcSubset)=/.test(line),
);

/**
 * Renders the unit of the gateway. The host forwards only while the rules are loaded. A stop of `nftables.service`,
 * such as in an upgrade of its package, flushes the rules of all tables; the unit stops and starts with it.
 *
 * The kernel did not see the beginning of a connection whose state came from the other load balancer, so the kernel
 * must not check the sequence numbers of its segments. Source: the kernel's
 * Documentation/networking/nf_conntrack-sysctl.rst.
 */
function gatewayUnit(): string {
  const { rules } = egressGatewayPaths;
  return text`
    ${generatedNotice}
    [Unit]
    Description=Gateway of the nodes without a public address
    PartOf=nftables.service
    After=nftables.service systemd-sysctl.service network-pre.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/usr/sbin/nft -f ${rules}
    ExecStart=/sbin/sysctl -q -w net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_tcp_be_liberal=1
    ExecReload=/usr/sbin/nft -f ${rules}
    ExecStop=/sbin/sysctl -q -w net.ipv4.ip_forward=0
    ExecStop=-/usr/sbin/nft delete table ip webstack_egress
    ${withKernelSettings}

    [Install]
    WantedBy=multi-user.target nftables.service
  `;
}
