import { programPath, unitCheck } from "../base-system/base-bundle";
import { rootFile, type BundlePart, type FileAttributes } from "../bundle";
import { made } from "../notice";
import { text } from "../text";

/** Port on the private address where a broker answers. */
export const brokerPort = 9300;

/** Login of the broker, the one user of a node that may reach the API. */
export const brokerUser = "webstack-broker";

/** What a broker depends on. */
export interface BrokerBundleArgs {
  /** API with `/v1`, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
  /** Labels of the stack's floating IPs, such as `stack=dev`. */
  selector: string;
  /** Ids of the floating IPs that may be moved. */
  floatingIps: readonly number[];
  /** Load balancers by the name in their certificates, with their ids in the cloud. */
  servers: readonly { name: string; id: number }[];
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const directory = "/etc/webstack/broker";

/** Secret files of a broker: the project's API token, and the certificate that movers know it by. */
export const brokerSecretPaths = {
  token: `${directory}/token`,
  ca: `${directory}/ca.pem`,
  certificate: `${directory}/cert.pem`,
  key: `${directory}/key.pem`,
} as const;

const root0600: FileAttributes = { owner: "root", group: "root", mode: "0600" };
const unitPath = "/etc/systemd/system/webstack-broker.service";
const configPath = "/etc/webstack/broker.json";

/**
 * The broker: has the project's token and moves the floating IPs for the load balancers. Its user
 * is not part of it: the node's firewall needs that one earlier.
 */
export function brokerBundle({ programs, ...config }: BrokerBundleArgs): BundlePart {
  const secrets = Object.values(brokerSecretPaths);
  return {
    directories: { [directory]: { owner: "root", group: "root", mode: "0700" } },
    files: {
      [programPath("broker")]: rootFile(programs.broker ?? ""),
      [configPath]: rootFile(`${JSON.stringify({ ...config, port: brokerPort }, null, 2)}\n`),
      [unitPath]: rootFile(brokerUnit()),
    },
    secretFiles: Object.fromEntries(secrets.map((path) => [path, root0600])),
    checks: [unitCheck([], [], [unitPath])],
    services: [
      {
        unit: "webstack-broker.service",
        reloadFiles: [],
        restartFiles: [programPath("broker"), configPath, unitPath, ...secrets],
        needs: secrets,
      },
    ],
  };
}

function brokerUnit(): string {
  const { token, ca, certificate, key } = brokerSecretPaths;
  return text`
    ${made}
    [Unit]
    Description=Broker that moves the floating IP for the load balancers
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    User=${brokerUser}
    ExecStart=/usr/bin/node ${programPath("broker")}
    LoadCredential=token:${token}
    LoadCredential=ca:${ca}
    LoadCredential=cert:${certificate}
    LoadCredential=key:${key}
    Restart=always
    RestartSec=500ms
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    PrivateDevices=yes
    CapabilityBoundingSet=
    RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
    SystemCallFilter=@system-service
    OOMScoreAdjust=-800

    [Install]
    WantedBy=multi-user.target
  `;
}
