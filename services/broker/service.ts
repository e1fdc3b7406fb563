import { programFiles, programPath, rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import { rootOnly, type SecretFile, type Service, type ServicePart } from "../service";
import { computingSandbox, networkedSandbox } from "../unit-sandbox";

/** TCP port of a broker on its private address. */
export const brokerPort = 9300;

/** System user of the broker, the only user of a node that may reach the Hetzner API. */
export const brokerUser = "webstack-broker";

/** What a broker may pass on to the API; the ids are known only after creation. */
export interface BrokerRules {
  /** Endpoint of the API including `/v1`, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  /** Labels of the stack's floating IPs, such as `stack=dev`. */
  selector: string;
  /** Ids of the floating IPs that may be moved. */
  floatingIps: readonly number[];
  /** Load balancers by the name in their certificates, with their ids in the cloud. */
  servers: readonly { name: string; id: number }[];
  /** Wildcard domains whose challenge records the load balancers may have written. @default none */
  wildcards?: readonly string[];
  /** The way out of nodes without a public address. @default the nodes have public addresses */
  egress?: BrokerEgress | undefined;
}

/** What a broker knows of the private network's gateway to the internet. */
export interface BrokerEgress {
  /** Id of the private network whose default route may be moved. */
  network: number;
  /** Load balancers by the name in their certificates: gateways, each with a relay to the API. */
  gateways: readonly { name: string; privateIp: string }[];
  /** TCP port of the relays. */
  relayPort: number;
}

/** Facts about a node that the broker's part depends on. */
export interface BrokerFacts {
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const directory = "/etc/webstack/broker";

/** Secret files of a broker: the project's API token, and its credentials for mutual TLS with the movers. */
export const brokerSecretPaths = {
  token: `${directory}/token`,
  ca: `${directory}/ca.pem`,
  certificate: `${directory}/cert.pem`,
  key: `${directory}/key.pem`,
} as const;

/** Secret files of a configured broker by path. */
export const brokerSecrets: Readonly<Record<string, SecretFile>> = {
  [brokerSecretPaths.token]: { ...rootOnly, secret: "brokerToken" },
  [brokerSecretPaths.ca]: { ...rootOnly, secret: "brokerCa" },
  [brokerSecretPaths.certificate]: { ...rootOnly, secret: "brokerCertificate" },
  [brokerSecretPaths.key]: { ...rootOnly, secret: "brokerKey" },
};

const unitPath = "/etc/systemd/system/webstack-broker.service";
const configPath = "/etc/webstack/broker.json";

/**
 * The broker, which has the project's API token and assigns the floating IPs for the load balancers.
 *
 * @param rules what it may do. @default not known yet: only the broker's user exists, which
 * the node's firewall names.
 */
export function broker(rules?: BrokerRules): Service<BrokerFacts> {
  const users = [{ name: brokerUser, home: "/nonexistent" }];
  return {
    name: "broker",
    openings: [
      { from: "lb", protocol: "tcp", port: brokerPort, purpose: "moves of the floating IP" },
    ],
    callsOut: [{ user: brokerUser }],
    ...(rules ? { secrets: brokerSecrets } : {}),
    part: (facts) => ({ users, ...(rules ? brokerPart(facts, rules) : {}) }),
  };
}

function brokerPart({ privateIp, programs }: BrokerFacts, rules: BrokerRules): ServicePart {
  const { endpoint, selector, floatingIps, servers, egress, wildcards = [] } = rules;
  const known = { endpoint, privateIp, selector, floatingIps, servers, port: brokerPort };
  const proofs = wildcards.length > 0 ? { wildcards } : {};
  const config = { ...known, ...proofs, ...(egress ? { egress } : {}) };
  const paths = Object.values(brokerSecretPaths);
  return {
    directories: { [directory]: { owner: "root", group: "root", mode: "0700" } },
    files: {
      ...programFiles(programs, "broker"),
      [configPath]: rootFile(`${JSON.stringify(config, null, 2)}\n`),
      [unitPath]: rootFile(brokerUnit()),
    },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-broker.service",
        reloadFiles: [],
        restartFiles: [programPath("broker"), configPath, unitPath, ...paths],
        needs: paths,
      },
    ],
  };
}

function brokerUnit(): string {
  const { token, ca, certificate, key } = brokerSecretPaths;
  return text`
    ${generatedNotice}
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
    ${networkedSandbox}
    ${computingSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
