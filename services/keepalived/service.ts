import type { Peer } from "../../topology";
import { rootFile } from "../bundle";
import { edgeCertificatePath } from "../edge-haproxy/https";
import { edgeAside } from "../edge-haproxy/service";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { daemonSandbox } from "../unit-sandbox";
import { keepalivedConf } from "./keepalived-conf";

/** Facts about a node that keepalived's part depends on. */
export interface KeepalivedFacts {
  /** Node name. */
  node: string;
  /** Own private IPv4 address, no prefix. */
  privateIp: string;
  /** Exactly one peer: the other load balancer. */
  peers: readonly Peer[];
  /** VRRP priority, 1 to 254; the two nodes differ. */
  vrrpPriority: number;
}

const configPath = "/etc/keepalived/keepalived.conf";
const dropInPath = "/etc/systemd/system/keepalived.service.d/webstack.conf";

/**
 * keepalived, which elects one of the two load balancers as master.
 *
 * @param moverNeeds files that the mover needs; keepalived needs them too, since a node that cannot move
 * the floating IP must not become master.
 */
export function keepalived(moverNeeds: readonly string[]): Service<KeepalivedFacts> {
  return {
    name: "keepalived",
    openings: [{ from: "peers", protocol: "vrrp", purpose: "adverts of the master" }],
    part: ({ node, privateIp, peers, vrrpPriority: priority }) => ({
      packages: ["keepalived"],
      files: {
        [configPath]: rootFile(
          keepalivedConf({ node, privateIp, peerIp: peers[0]!.privateIp, priority }),
        ),
        [dropInPath]: rootFile(keepalivedDropIn()),
      },
      checks: [
        {
          files: [configPath],
          command: ["/usr/sbin/keepalived", "--config-test", "-f", configPath],
        },
      ],
      unitFiles: { dropIns: [dropInPath], packaged: ["keepalived.service"] },
      services: [
        {
          unit: "keepalived.service",
          reloadFiles: [configPath],
          restartFiles: [dropInPath],
          needs: [...moverNeeds, edgeCertificatePath],
          aside: edgeAside,
        },
      ],
    }),
  };
}

/**
 * keepalived sends an advertisement every 0.2 s, so it must not starve. It starts once the private
 * address exists, since that is the advertisements' source address.
 *
 * Its sandbox leaves raw sockets for VRRP, packet sockets for announcements of addresses, and netlink for the addresses
 * themselves; and, as keepalived may set both for VRRP, the kernel's settings and real-time priorities.
 *
 * The drop-in does not use keepalived's own setting for real-time priority: at a reload keepalived 2.3 lowers the
 * limit of real time to 0 before it sets the limit again. Where keepalived may not raise the limit, the kernel kills
 * it at the next tick.
 */
function keepalivedDropIn(): string {
  return text`
    ${generatedNotice}
    [Unit]
    After=webstack-network-ready.service webstack-prober.service webstack-mover.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=500ms
    OOMScoreAdjust=-900
    # A VRRP process that keepalived respawns itself never opens the pipe to the mover.
    ExecStart=
    ExecStart=/usr/sbin/keepalived --dont-fork --dont-respawn
    CPUSchedulingPolicy=rr
    CPUSchedulingPriority=50
    # The kernel kills a busy loop before the other node becomes master; a real-time loop would occupy a processor.
    LimitRTTIME=1s
    ${daemonSandbox}
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
    CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BROADCAST CAP_SYS_NICE CAP_IPC_LOCK CAP_DAC_OVERRIDE
  `;
}
