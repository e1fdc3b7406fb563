import { programFiles, programPath, rootFile } from "../bundle";
import {
  acmeCertificates,
  acmeSocketPath,
  acmeUser,
  certifiedMapPath,
} from "../edge-haproxy/https";
import { moverSecretPaths, type MoverSettings } from "../mover/service";
import { rootOnly, type Service, type ServicePart } from "../service";
import type { Peer } from "../../topology";
import { acmeStore, acmeUnit } from "./unit";

/** TCP port on the private address where a load balancer serves its certificates to the other one. */
export const acmePort = 9400;

/** Settings of the ACME client. */
export interface AcmeSettings {
  /** Host names that get a certificate each. */
  domains: readonly string[];
  /** ACME directory of the authority, an https URL. */
  directory: string;
  /** Contact address for the authority. */
  email?: string;
  /** CA certificates for the authority's API, PEM. @default the operating system's */
  caPem?: string;
  /** Thumbprint of the account's key (RFC 7638). */
  thumbprint: string;
}

/** What the ACME client calls. */
export interface AcmeCalls {
  /** TCP port of the authority's API, such as 443. */
  apiPort: number;
  /** True if a domain is proved by a DNS record, which a broker writes. */
  provesByDns: boolean;
  /** True if the stack file has a certificate, which is served until the authority's. @default false */
  isSeeded?: boolean;
}

/** Facts about a node that the ACME client's part depends on. */
export interface AcmeFacts {
  /** Own private IPv4 address, no prefix. */
  privateIp: string;
  /** The other load balancer, as the only item. */
  peers: readonly Peer[];
  /** @default off until the first configuration brings the account */
  acme?: AcmeSettings | undefined;
  /** How the node reaches the brokers, which write the records of wildcard domains. */
  mover?: Pick<MoverSettings, "api"> | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const directory = "/etc/webstack/acme";

/** Secret files of the ACME client: the account's key, the credentials for mutual TLS between the load balancers, and the stack file's certificate. */
export const acmeSecretPaths = {
  accountKey: `${directory}/account-key.pem`,
  ca: `${directory}/ca.pem`,
  certificate: `${directory}/cert.pem`,
  key: `${directory}/key.pem`,
  seed: `${directory}/seed.pem`,
} as const;

const configPath = "/etc/webstack/acme.json";
const unitPath = "/etc/systemd/system/webstack-acme.service";
/** Status file for operators. */
const acmeStatusPath = "/run/webstack-acme/status.json";
/** Operators' requests for new certificates, written by `edge renew`; its folder is root's. */
const renewalsPath = "/run/webstack/renew-certificates.json";

/**
 * The ACME client, which orders the certificates of the stack's names on the load balancer with the
 * address, and fetches them on the other one. For records in DNS it has the mover's identity towards the brokers.
 */
export function acme({ apiPort, provesByDns, isSeeded = false }: AcmeCalls): Service<AcmeFacts> {
  const { accountKey, ca, certificate, key, seed } = acmeSecretPaths;
  const ports = [...new Set([80, 443, apiPort])];
  return {
    name: "acme",
    openings: [
      {
        from: "peers",
        protocol: "tcp",
        port: acmePort,
        purpose: "certificates of the stack's names",
      },
    ],
    // Port 80, and 443 after a redirect: the client checks that a domain leads here before it orders a certificate.
    // Port 53: it asks the name servers of a zone themselves.
    callsOut: [
      ...ports.map((port) => ({ user: acmeUser, port })),
      ...(provesByDns ? [{ user: acmeUser, port: 53, udp: true }] : []),
    ],
    secrets: {
      [accountKey]: { ...rootOnly, secret: "acmeAccountKey" },
      [ca]: { ...rootOnly, secret: "acmeCa" },
      [certificate]: { ...rootOnly, secret: "acmeCertificate" },
      [key]: { ...rootOnly, secret: "acmeKey" },
      ...(isSeeded ? { [seed]: { ...rootOnly, secret: "acmeSeed" } } : {}),
    },
    part: (facts) => acmePart(facts, { provesByDns, isSeeded }),
  };
}

function acmePart(
  { privateIp, peers, acme: settings, mover, programs }: AcmeFacts,
  calls: Omit<Required<AcmeCalls>, "apiPort">,
): ServicePart {
  const { provesByDns, isSeeded } = calls;
  const credentials = credentialPaths(calls);
  const secrets = Object.values(credentials);
  const brokers =
    provesByDns && mover && "brokers" in mover.api ? mover.api.brokers.map(({ url }) => url) : [];
  // HAProxy reads the directory as root, also where root has no CAP_DAC_OVERRIDE.
  const own = { owner: acmeUser, group: "root", mode: "2750" };
  const config = settings && {
    ...settings,
    ...(brokers.length > 0 ? { brokers } : {}),
    address: privateIp,
    port: acmePort,
    peer: { name: peers[0]!.name, address: peers[0]!.privateIp },
    store: acmeStore,
    socket: acmeSocketPath,
    map: `opt@${certifiedMapPath}`,
    moverStatus: "/run/webstack-mover/status.json",
    status: acmeStatusPath,
    renewals: renewalsPath,
  };
  return {
    users: [{ name: acmeUser, home: "/nonexistent" }],
    directories: {
      [directory]: { owner: "root", group: "root", mode: "0700" },
      [acmeStore]: own,
      [acmeCertificates]: own,
    },
    files: {
      ...programFiles(programs, "acme"),
      ...(isSeeded ? programFiles(programs, "acme-seed") : {}),
      [unitPath]: rootFile(acmeUnit(credentials, isSeeded)),
      ...(config ? { [configPath]: rootFile(`${JSON.stringify(config, null, 2)}\n`) } : {}),
    },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-acme.service",
        reloadFiles: [],
        restartFiles: [programPath("acme"), configPath, unitPath, ...secrets],
        needs: [configPath, ...secrets],
      },
    ],
  };
}

/** Paths of the unit's credentials by the names that the program reads. */
function credentialPaths({
  provesByDns,
  isSeeded,
}: Omit<Required<AcmeCalls>, "apiPort">): Record<string, string> {
  const { accountKey, ca, certificate, key, seed } = acmeSecretPaths;
  const broker = {
    "broker-ca": moverSecretPaths.ca,
    "broker-cert": moverSecretPaths.certificate,
    "broker-key": moverSecretPaths.key,
  };
  return {
    ...{ "account-key": accountKey, ca, cert: certificate, key },
    ...(provesByDns ? broker : {}),
    ...(isSeeded ? { seed } : {}),
  };
}
