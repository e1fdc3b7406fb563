import { rootFile } from "../bundle";
import { programPath } from "../host-program";
import { vrrpFifoPath } from "../keepalived/keepalived-conf";
import { generatedNotice } from "../notice";
import { rootOnly, type SecretFile, type Service, type ServicePart } from "../service";
import { text } from "../text";
import { networkedSandbox } from "../unit-sandbox";

/** What the mover must know; ids exist only after creation. */
export interface MoverSettings {
  /** Where the API is, with `/v1`; or the brokers that have the token, in order of preference. */
  api: { endpoint: string } | { brokers: readonly { name: string; url: string }[] };
  /** Labels of the floating IPs, such as `stack=dev`. */
  selector: string;
  /** Floating IPs that move together. */
  floatingIps: readonly { id: number; address: string }[];
  /** Both load balancers, the one with the higher priority first. */
  servers: readonly { name: string; id: number; publicIp: string }[];
}

/** What the mover depends on. */
export interface MoverFacts {
  /** Node name. */
  node: string;
  /** @default the floating IP stays where it is until the first configuration brings the ids. */
  mover?: MoverSettings | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Secret files of a mover: the API token, or what brokers know it by. */
export const moverSecretPaths = {
  token: "/etc/webstack/mover-token",
  ca: "/etc/webstack/mover-ca.pem",
  certificate: "/etc/webstack/mover-cert.pem",
  key: "/etc/webstack/mover-key.pem",
} as const;

/** Credentials of the mover's unit: paths by the names that the program knows them by. */
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

/** Login of the mover. */
export const moverUser = "webstack-mover";

/** Files without which a mover is not started. */
export function moverNeeds(hasToken: boolean): string[] {
  return [configPath, ...Object.values(credentialPaths(hasToken))];
}

/**
 * The mover, which gives the floating IP to this node when keepalived says so.
 *
 * @param hasToken true if the API token is on this node; false if the mover asks brokers.
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
    // It asks the other load balancer in public whether it serves.
    callsOut: [{ user: moverUser, port: 80 }, ...(hasToken ? [{ user: moverUser }] : [])],
    secrets: Object.fromEntries(secrets),
    part: (facts) => moverPart(facts, hasToken),
  };
}

function moverPart({ node, mover, programs }: MoverFacts, hasToken: boolean): ServicePart {
  const credentials = credentialPaths(hasToken);
  return {
    users: [{ name: moverUser, home: "/nonexistent" }],
    files: {
      [programPath("mover")]: rootFile(programs.mover ?? ""),
      [unitPath]: rootFile(moverUnit(credentials)),
      ...(mover
        ? { [configPath]: rootFile(`${JSON.stringify({ node, ...mover }, null, 2)}\n`) }
        : {}),
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

/**
 * Moves the floating IP.
 *
 * @param credentials what it authenticates itself with: paths by the names that it knows them by.
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

    [Install]
    WantedBy=multi-user.target
  `;
}
