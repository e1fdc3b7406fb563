import type { Peer } from "../../topology";
import { programPath, unitCheck } from "../base-system/base-bundle";
import { rootFile, type BundlePart, type FileAttributes } from "../bundle";
import { drainMap, drainMapPath, edgeCertificatePath, haproxyCfg } from "./haproxy-cfg";
import { keepalivedConf } from "../keepalived/keepalived-conf";
import {
  edgeConnections,
  floatingIpUnit,
  haproxyDropIn,
  keepalivedDropIn,
  moverUnit,
  moverUser,
  proberUnit,
} from "./lb-units";

/** What the mover must know; ids exist only after creation. */
export interface MoverArgs {
  /** Where the API is, with `/v1`; or the brokers that have the token, in order of preference. */
  api: { endpoint: string } | { brokers: readonly { name: string; url: string }[] };
  /** Labels of the floating IPs, such as `stack=dev`. */
  selector: string;
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
  /** True if the API token is on this node; false if the mover asks brokers. */
  hasToken: boolean;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Secret files of a load balancer: chain and key for HTTPS; API token, or what brokers know it by. */
export const lbSecretPaths = {
  certificate: edgeCertificatePath,
  token: "/etc/webstack/mover-token",
  moverCa: "/etc/webstack/mover-ca.pem",
  moverCertificate: "/etc/webstack/mover-cert.pem",
  moverKey: "/etc/webstack/mover-key.pem",
} as const;

/** Credentials of the mover's unit: paths by the names that the program knows them by. */
function moverCredentials(hasToken: boolean): Record<string, string> {
  const { token, moverCa, moverCertificate, moverKey } = lbSecretPaths;
  return hasToken ? { token } : { ca: moverCa, cert: moverCertificate, key: moverKey };
}

const root0600: FileAttributes = { owner: "root", group: "root", mode: "0600" };
const moverConfigPath = "/etc/webstack/mover.json";
const units = "/etc/systemd/system";

/** A load balancer: HAProxy, keepalived, the prober that judges HAProxy, the floating IP's mover. */
export function lbBundle(args: LbBundleArgs): BundlePart {
  const { mover, node } = args;
  const credentials = moverCredentials(args.hasToken);
  const secretPaths = [lbSecretPaths.certificate, ...Object.values(credentials)];
  return {
    packages: ["haproxy", "keepalived"],
    users: [{ name: moverUser, home: "/nonexistent" }],
    directories: {
      "/etc/haproxy/certs": { owner: "root", group: "root", mode: "0700" },
    },
    files: {
      [programPath("mover")]: rootFile(args.programs.mover ?? ""),
      [programPath("prober")]: rootFile(args.programs.prober ?? ""),
      [programPath("edge")]: rootFile(args.programs.edge ?? ""),
      [drainMapPath]: rootFile(drainMap()),
      "/etc/haproxy/haproxy.cfg": rootFile(
        haproxyCfg({
          node,
          loadBalancers: args.loadBalancers,
          webNodes: args.webNodes,
          ...peerPublicIp(args),
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
      [`${units}/webstack-mover.service`]: rootFile(moverUnit(credentials)),
      ...(mover
        ? { [moverConfigPath]: rootFile(`${JSON.stringify({ node, ...mover }, null, 2)}\n`) }
        : {}),
    },
    secretFiles: Object.fromEntries(secretPaths.map((path) => [path, root0600])),
    checks: [
      {
        files: ["/etc/haproxy/haproxy.cfg", drainMapPath, lbSecretPaths.certificate],
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
    services: services(Object.values(credentials)),
  };
}

/** The public address of the other load balancer, which is known once it exists. */
function peerPublicIp({ mover, node }: LbBundleArgs): { peerPublicIp?: string } {
  const other = mover?.servers.find(({ name }) => name !== node);
  return other ? { peerPublicIp: other.publicIp } : {};
}

function services(credentials: readonly string[]): NonNullable<BundlePart["services"]> {
  return [
    {
      unit: "webstack-floating-ip.service",
      reloadFiles: [],
      restartFiles: [`${units}/webstack-floating-ip.service`],
      needs: [],
    },
    {
      unit: "haproxy.service",
      reloadFiles: ["/etc/haproxy/haproxy.cfg", drainMapPath, lbSecretPaths.certificate],
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
        ...credentials,
        `${units}/webstack-mover.service`,
      ],
      needs: [moverConfigPath, ...credentials],
    },
    {
      unit: "keepalived.service",
      reloadFiles: ["/etc/keepalived/keepalived.conf"],
      restartFiles: [`${units}/keepalived.service.d/webstack.conf`],
      needs: [moverConfigPath, ...credentials, lbSecretPaths.certificate],
    },
  ];
}
