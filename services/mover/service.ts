import { programFiles, programPath, rootFile } from "../bundle";
import { vrrpFifoPath } from "../keepalived/keepalived-conf";
import { generatedNotice, text } from "../text";
import { rootOnly, type SecretFile, type Service, type ServicePart } from "../service";
import { closedSandbox, networkedSandbox } from "../unit-sandbox";

/** Settings of the mover; the ids exist only after the resources are created. */
export interface MoverSettings {
  /** Endpoint of the API including `/v1`; or the brokers that have the token, in order of preference. */
  api: { endpoint: string } | { brokers: readonly { name: string; url: string }[] };
  /** Labels of the floating IPs, such as `stack=dev`. */
  selector: string;
  /** Floating IPs; the mover moves all of them together. */
  floatingIps: readonly { id: number; address: string }[];
  /** Both load balancers, the one with the higher priority first. */
  servers: readonly { name: string; id: number; publicIp: string }[];
  /** Id of the private network whose default route leads to the owner of the address. @default no node needs it */
  network?: number | undefined;
}

/** Facts about a node that the mover's part depends on. */
export interface MoverFacts {
  /** Node name. */
  node: string;
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
  /** @default not known yet: the floating IP stays where it is until the first configuration brings the ids. */
  mover?: MoverSettings | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Secret files of a mover: the API token, or its credentials for mutual TLS with the brokers. */
export const moverSecretPaths = {
  token: "/etc/webstack/mover-token",
  ca: "/etc/webstack/mover-ca.pem",
  certificate: "/etc/webstack/mover-cert.pem",
  key: "/etc/webstack/mover-key.pem",
} as const;

/** Credentials of the mover's unit: paths by the credential names that the program reads. */
function credentialPaths(hasToken: boolean): Record<string, string> {
  const { token, ca, certificate, key } = moverSecretPaths;
  return hasToken ? { token } : { ca, cert: certificate, key };
}

const secretKeys: Readonly<Record<string, string>> = {
  [moverSecretPaths.token]: "moverToken",
  [moverSecretPaths.ca]: "moverCa",
  [moverSecretPaths.certificate]: "moverCertificate",
  [moverSecretPaths.key]: "moverKey",
};

const configPath = "/etc/webstack/mover.json";
const unitPath = "/etc/systemd/system/webstack-mover.service";

/** System user of the mover. */
export const moverUser = "webstack-mover";

/** Files that must exist before the mover starts. */
export function moverNeeds(hasToken: boolean): string[] {
  return [configPath, ...Object.values(credentialPaths(hasToken))];
}

/**
 * The mover, which assigns the floating IP to this node when keepalived makes this node master.
 *
 * @param hasToken true if the API token is on this node; false if the mover calls the API through brokers.
 */
export function mover(hasToken: boolean): Service<MoverFacts> {
  const paths = Object.values(credentialPaths(hasToken));
  const secrets = paths.map((path): [string, SecretFile] => [
    path,
    { ...rootOnly, secret: secretKeys[path]! },
  ]);
  return {
    name: "mover",
    openings: [],
    // Port 80 is for the mover's health check of the other load balancer at its public address.
    callsOut: [{ user: moverUser, port: 80 }, ...(hasToken ? [{ user: moverUser }] : [])],
    secrets: Object.fromEntries(secrets),
    part: (facts) => moverPart(facts, hasToken),
  };
}

function moverPart(facts: MoverFacts, hasToken: boolean): ServicePart {
  const { mover, programs } = facts;
  const credentials = credentialPaths(hasToken);
  return {
    users: [{ name: moverUser, home: "/nonexistent" }],
    files: {
      ...programFiles(programs, "mover"),
      [unitPath]: rootFile(moverUnit(credentials)),
      ...(mover ? { [configPath]: rootFile(moverConfig(facts, mover)) } : {}),
    },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-mover.service",
        reloadFiles: [],
        restartFiles: [programPath("mover"), configPath, ...Object.values(credentials), unitPath],
        needs: moverNeeds(hasToken),
      },
    ],
  };
}

function moverConfig({ node, privateIp }: MoverFacts, mover: MoverSettings): string {
  const { network, ...common } = mover;
  const gateway = network === undefined ? {} : { route: { network, gateway: privateIp } };
  return `${JSON.stringify({ node, ...common, ...gateway }, null, 2)}\n`;
}

/**
 * Renders the mover's unit.
 *
 * @param credentials paths of the mover's credentials by the names that the program reads.
 */
function moverUnit(credentials: Readonly<Record<string, string>>): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Mover of the floating IP
    Before=keepalived.service
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    User=${moverUser}
    RuntimeDirectory=webstack-mover
    RuntimeDirectoryPreserve=yes
    ExecStartPre=+/bin/sh -c "mkdir -p /run/webstack; [ -p ${vrrpFifoPath} ] || mkfifo -m 0660 ${vrrpFifoPath}; chown root:webstack-mover ${vrrpFifoPath}; chmod 0660 ${vrrpFifoPath}"
    ExecStart=/usr/bin/node ${programPath("mover")}
    ${Object.entries(credentials).map(([name, path]) => `LoadCredential=${name}:${path}`)}
    Restart=always
    RestartSec=500ms
    ${networkedSandbox}
    ${closedSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
