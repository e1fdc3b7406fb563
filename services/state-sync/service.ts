import type { Peer } from "../../topology";
import { alwaysRestarted } from "../unit-files";
import { rootFile } from "../bundle";
import type { Service } from "../service";
import { daemonSandbox } from "../unit-sandbox";
import { conntrackdConf, runtimeDirectory, stateSyncPort } from "./conntrackd-conf";

/** Facts about a load balancer that the copies of its states depend on. */
export interface StateSyncFacts {
  /** Own private IPv4 address, no prefix. */
  privateIp: string;
  /** Exactly one peer: the other load balancer. */
  peers: readonly Peer[];
}

/** Path of conntrackd's configuration. */
export const conntrackdPath = "/etc/conntrackd/conntrackd.conf";
const dropInPath = "/etc/systemd/system/conntrackd.service.d/webstack.conf";

/**
 * conntrackd, which copies the states of forwarded connections to the other load balancer, so that the connections
 * survive a move of the route.
 *
 * @param publicIps floating and public addresses of the load balancers, as far as they are known.
 */
export function stateSync(publicIps: readonly string[]): Service<StateSyncFacts> {
  return {
    name: "state-sync",
    openings: [
      { from: "peers", protocol: "udp", port: stateSyncPort, purpose: "states of connections" },
    ],
    part: ({ privateIp, peers }) => {
      const peerIp = peers[0]!.privateIp;
      const ownIps = [...[privateIp, peerIp].sort(), ...publicIps];
      return {
        packages: ["conntrackd", "conntrack"],
        files: {
          [conntrackdPath]: rootFile(conntrackdConf({ privateIp, peerIp, ownIps })),
          [dropInPath]: rootFile(alwaysRestarted(500, sandbox)),
        },
        unitFiles: { dropIns: [dropInPath], packaged: ["conntrackd.service"] },
        services: [
          {
            unit: "conntrackd.service",
            reloadFiles: [],
            restartFiles: [conntrackdPath, dropInPath],
            needs: [],
            // conntrackd has no check of its configuration; a daemon that answers has read it.
            health: {
              command: ["/usr/sbin/conntrackd", "-C", conntrackdPath, "-s"],
              timeoutSeconds: 10,
            },
          },
        ],
      };
    },
  };
}

/**
 * conntrackd reads and writes the kernel's table of connections. Without this sandbox conntrackd would take the highest
 * real-time priority, before keepalived, and a burst of states could starve the adverts. In the sandbox conntrackd logs
 * a warning and keeps a normal priority.
 */
const sandbox: readonly string[] = [
  `RuntimeDirectory=${runtimeDirectory}`,
  ...daemonSandbox,
  "ProtectKernelTunables=yes",
  "RestrictRealtime=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_NETLINK",
  "CapabilityBoundingSet=CAP_NET_ADMIN",
];
