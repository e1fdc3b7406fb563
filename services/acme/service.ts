import { rootFile } from "../bundle";
import {
  acmeCertificates,
  acmeSocketPath,
  acmeUser,
  certifiedMapPath,
} from "../edge-haproxy/https";
import { programPath } from "../host-program";
import { made } from "../notice";
import { rootOnly, type Service, type ServicePart } from "../service";
import { text } from "../text";
import type { Peer } from "../../topology";
import { computingSandbox, networkedSandbox } from "../unit-sandbox";

/** Port on the private address where a load balancer gives its certificates to the other one. */
export const acmePort = 9400;

/** What an ACME client must know. */
export interface AcmeSettings {
  /** Host names that get a certificate each. */
  domains: readonly string[];
  /** ACME directory of the authority, an https URL. */
  directory: string;
  /** Where the authority writes to. */
  email?: string;
  /** What the authority's own API is trusted by, PEM. @default what the operating system trusts */
  caPem?: string;
  /** Thumbprint of the account's key (RFC 7638). */
  thumbprint: string;
}

/** What the ACME client depends on. */
export interface AcmeFacts {
  /** Own private IPv4 address, no prefix. */
  privateIp: string;
  /** The other load balancer, alone. */
  peers: readonly Peer[];
  /** @default off until the first configuration brings the account */
  acme?: AcmeSettings | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const directory = "/etc/webstack/acme";

/** Secret files of an ACME client: the account's key, and what the load balancers know each other by. */
export const acmeSecretPaths = {
  accountKey: `${directory}/account-key.pem`,
  ca: `${directory}/ca.pem`,
  certificate: `${directory}/cert.pem`,
  key: `${directory}/key.pem`,
} as const;

const configPath = "/etc/webstack/acme.json";
const unitPath = "/etc/systemd/system/webstack-acme.service";
/** What an operator is told. */
const acmeStatusPath = "/run/webstack-acme/status.json";
/** Folder of certificates and of what is remembered of failures. */
const store = "/var/lib/webstack-acme";

/**
 * The ACME client, which orders the certificates of the stack's names on the load balancer with the
 * address, and fetches them on the other one.
 *
 * @param apiPort TCP port of the authority's API, such as 443.
 */
export function acme(apiPort: number): Service<AcmeFacts> {
  const { accountKey, ca, certificate, key } = acmeSecretPaths;
  const ports = [...new Set([80, apiPort])];
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
    // Port 80: whether a name leads here is seen before the authority is asked.
    callsOut: ports.map((port) => ({ user: acmeUser, port })),
    secrets: {
      [accountKey]: { ...rootOnly, secret: "acmeAccountKey" },
      [ca]: { ...rootOnly, secret: "acmeCa" },
      [certificate]: { ...rootOnly, secret: "acmeCertificate" },
      [key]: { ...rootOnly, secret: "acmeKey" },
    },
    part: acmePart,
  };
}

function acmePart({ privateIp, peers, acme: settings, programs }: AcmeFacts): ServicePart {
  const secrets = Object.values(acmeSecretPaths);
  // HAProxy reads the folder as root, also where root may not overrule permissions.
  const own = { owner: acmeUser, group: "root", mode: "2750" };
  const config = settings && {
    ...settings,
    address: privateIp,
    port: acmePort,
    peer: { name: peers[0]!.name, address: peers[0]!.privateIp },
    store,
    socket: acmeSocketPath,
    map: `opt@${certifiedMapPath}`,
    moverStatus: "/run/webstack-mover/status.json",
    status: acmeStatusPath,
  };
  return {
    users: [{ name: acmeUser, home: "/nonexistent" }],
    directories: {
      [directory]: { owner: "root", group: "root", mode: "0700" },
      [store]: own,
      [acmeCertificates]: own,
    },
    files: {
      [programPath("acme")]: rootFile(programs.acme ?? ""),
      [unitPath]: rootFile(acmeUnit()),
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

function acmeUnit(): string {
  const { accountKey, ca, certificate, key } = acmeSecretPaths;
  return text`
    ${made}
    [Unit]
    Description=Certificates of the stack's names
    After=webstack-network-ready.service haproxy.service
    StartLimitIntervalSec=0

    [Service]
    User=${acmeUser}
    RuntimeDirectory=webstack-acme
    RuntimeDirectoryPreserve=yes
    ExecStart=/usr/bin/node ${programPath("acme")}
    LoadCredential=account-key:${accountKey}
    LoadCredential=ca:${ca}
    LoadCredential=cert:${certificate}
    LoadCredential=key:${key}
    Restart=always
    RestartSec=5s
    ReadWritePaths=${store}
    ${networkedSandbox}
    ${computingSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
