import { programPath, unitCheck } from "./base-bundle";
import { rootFile, type BundlePart, type FileAttributes } from "./bundle";
import { edgeCertificatePath, haproxyCfg, type Peer } from "./haproxy-cfg";
import { keepalivedConf } from "./keepalived-conf";
import {
  edgeConnections,
  floatingIpUnit,
  haproxyDropIn,
  keepalivedDropIn,
  moverUnit,
  proberUnit,
} from "./lb-units";

/** What the mover must know; ids exist only after creation. */
export interface MoverArgs {
  /** API with `/v1`, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  /** Floating IPs that move together. */
  floatingIps: readonly { id: number; address: string }[];
  /** Both load balancers, the one with the higher priority first. */
  servers: readonly { name: string; id: number; publicIp: string }[];
}

/** What a load balancer depends on, besides what every node has. */
export interface LbBundleArgs {
  /** Node name. */
  node: string;
  /** Own private IPv4 address. */
  privateIp: string;
  /** The other load balancer. */
  peer: Peer;
  /** VRRP priority. */
  priority: number;
  /** Both load balancers, in order. */
  loadBalancers: readonly Peer[];
  /** Web nodes, in order. */
  webNodes: readonly Peer[];
  /** Addresses that both nodes hold for good: IPv4 with /32, IPv6 with /128. */
  floatingAddresses: readonly string[];
  /** @default the floating IP stays where it is until the first configuration brings the ids. */
  mover?: MoverArgs;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Secret files of a load balancer: API token, certificate chain with key. */
export const lbSecretPaths = {
  token: "/etc/webstack/mover-token",
  certificate: edgeCertificatePath,
} as const;

const root0600: FileAttributes = { owner: "root", group: "root", mode: "0600" };
const moverConfigPath = "/etc/webstack/mover.json";
const units = "/etc/systemd/system";

/** A load balancer: HAProxy, keepalived, the prober that judges HAProxy, the floating IP's mover. */
export function lbBundle(args: LbBundleArgs): BundlePart {
  const { mover, node } = args;
  return {
    packages: ["haproxy", "keepalived"],
    users: [{ name: "webstack-mover", home: "/nonexistent" }],
    directories: {
      "/etc/haproxy/certs": { owner: "root", group: "root", mode: "0700" },
    },
    files: {
      [programPath("mover")]: rootFile(args.programs.mover ?? ""),
      [programPath("prober")]: rootFile(args.programs.prober ?? ""),
      "/etc/haproxy/haproxy.cfg": rootFile(
        haproxyCfg({
          node,
          loadBalancers: args.loadBalancers,
          webNodes: args.webNodes,
          maxConnections: edgeConnections,
        }),
      ),
      "/etc/keepalived/keepalived.conf": rootFile(
        keepalivedConf({
          node,
          privateIp: args.privateIp,
          peerIp: args.peer.privateIp,
          priority: args.priority,
        }),
      ),
      [`${units}/haproxy.service.d/webstack.conf`]: rootFile(haproxyDropIn()),
      [`${units}/keepalived.service.d/webstack.conf`]: rootFile(keepalivedDropIn()),
      [`${units}/webstack-floating-ip.service`]: rootFile(floatingIpUnit(args.floatingAddresses)),
      [`${units}/webstack-prober.service`]: rootFile(proberUnit()),
      [`${units}/webstack-mover.service`]: rootFile(moverUnit(lbSecretPaths.token)),
      ...(mover
        ? { [moverConfigPath]: rootFile(`${JSON.stringify({ node, ...mover }, null, 2)}\n`) }
        : {}),
    },
    secretFiles: { [lbSecretPaths.token]: root0600, [lbSecretPaths.certificate]: root0600 },
    checks: [
      {
        files: ["/etc/haproxy/haproxy.cfg", lbSecretPaths.certificate],
        command: ["/usr/sbin/haproxy", "-c", "-q", "-f", "/etc/haproxy/haproxy.cfg"],
        needs: [lbSecretPaths.certificate],
      },
      {
        files: ["/etc/keepalived/keepalived.conf"],
        command: ["/usr/sbin/keepalived", "--config-test", "-f", "/etc/keepalived/keepalived.conf"],
      },
      unitCheck(
        [`${units}/haproxy.service.d/webstack.conf`, `${units}/keepalived.service.d/webstack.conf`],
        ["haproxy.service", "keepalived.service"],
        ["floating-ip", "prober", "mover"].map((name) => `${units}/webstack-${name}.service`),
      ),
    ],
    services: services(),
  };
}

function services(): NonNullable<BundlePart["services"]> {
  return [
    {
      unit: "webstack-floating-ip.service",
      reloadFiles: [],
      restartFiles: [`${units}/webstack-floating-ip.service`],
      needs: [],
    },
    {
      unit: "haproxy.service",
      reloadFiles: ["/etc/haproxy/haproxy.cfg", lbSecretPaths.certificate],
      restartFiles: [`${units}/haproxy.service.d/webstack.conf`],
      needs: [lbSecretPaths.certificate],
      health: { http: "http://127.0.0.1:80/-/edge", timeoutSeconds: 30 },
    },
    {
      unit: "webstack-prober.service",
      reloadFiles: [],
      restartFiles: [programPath("prober"), `${units}/webstack-prober.service`],
      needs: [lbSecretPaths.certificate],
    },
    {
      unit: "webstack-mover.service",
      reloadFiles: [],
      restartFiles: [
        programPath("mover"),
        moverConfigPath,
        lbSecretPaths.token,
        `${units}/webstack-mover.service`,
      ],
      needs: [moverConfigPath, lbSecretPaths.token],
    },
    {
      unit: "keepalived.service",
      reloadFiles: ["/etc/keepalived/keepalived.conf"],
      restartFiles: [`${units}/keepalived.service.d/webstack.conf`],
      needs: [moverConfigPath, lbSecretPaths.token, lbSecretPaths.certificate],
    },
  ];
}
