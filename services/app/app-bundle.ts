import { rootFile, type BundlePart, type BundleRelease } from "../bundle";
import { dbProxyCfg } from "../database-proxy/db-proxy-cfg";
import type { Peer } from "../../topology";
import { tlsPaths } from "../mysql/my-cnf";
import { made } from "../notice";
import { text } from "../text";
import { unitCheck } from "../unit-check";

/** What an app node depends on, besides what every node has. */
export interface AppBundleArgs {
  /** Node name. */
  node: string;
  /** Database nodes, in order. */
  databases: readonly Peer[];
  /** Processes of the app, one per core; at least 1. */
  processes: number;
  /** The app's release. */
  release: BundleRelease;
}

/** Files of an app node that are delivered apart: environment with passwords, the databases' CA. */
export const appSecretPaths = { env: "/etc/webstack/app.env", databaseCa: tlsPaths.ca } as const;

const units = "/etc/systemd/system";
const migrateUnit = "webstack-migrate.service";
const proxyPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = `${units}/haproxy.service.d/webstack.conf`;

/**
 * Renders an `EnvironmentFile` of systemd.
 *
 * @throws Error if a name is no variable or a value holds a line break.
 */
export function appEnv(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
      throw new Error(`variable must be capitals, digits and _, got ${JSON.stringify(name)}`);
    }
    if (/[\r\n\0]/.test(value)) throw new Error(`the value of ${name} must be one line`);
    return `${name}="${value.replace(/[\\"$`]/g, "\\$&")}"\n`;
  });
  return `${made}\n${lines.join("")}`;
}

/** An app node: the app's processes, and the proxy through which they reach the databases. */
export function appBundle({ databases, processes, release }: AppBundleArgs): BundlePart {
  const current = `${release.root}/current`;
  const instances = Array.from({ length: processes }, (_, i) => `app@${i + 1}.service`);
  const needs = [appSecretPaths.env, current];
  return {
    packages: ["haproxy"],
    users: [{ name: "app", home: release.root }],
    directories: {
      [release.root]: { owner: "root", group: "root", mode: "0755" },
      [`${release.root}/releases`]: { owner: "root", group: "root", mode: "0755" },
      "/etc/webstack/tls": { owner: "root", group: "root", mode: "0755" },
    },
    files: {
      [proxyPath]: rootFile(dbProxyCfg(databases)),
      [dropInPath]: rootFile(proxyDropIn()),
      [`${units}/${migrateUnit}`]: rootFile(migrate(current)),
      [`${units}/app@.service`]: rootFile(appUnit(current)),
    },
    secretFiles: {
      [appSecretPaths.env]: { owner: "root", group: "root", mode: "0600" },
      [appSecretPaths.databaseCa]: { owner: "root", group: "root", mode: "0644" },
    },
    checks: [
      { files: [proxyPath], command: ["/usr/sbin/haproxy", "-c", "-q", "-f", proxyPath] },
      unitCheck(
        [dropInPath],
        ["haproxy.service"],
        [`${units}/${migrateUnit}`, `${units}/app@.service`],
      ),
    ],
    services: [
      { unit: "haproxy.service", reloadFiles: [proxyPath], restartFiles: [dropInPath], needs: [] },
      {
        unit: migrateUnit,
        reloadFiles: [],
        restartFiles: [current, appSecretPaths.env, `${units}/${migrateUnit}`],
        needs,
      },
      ...instances.map((unit) => ({
        unit,
        reloadFiles: [],
        restartFiles: [
          current,
          appSecretPaths.env,
          appSecretPaths.databaseCa,
          `${units}/app@.service`,
        ],
        needs,
        health: { http: "http://127.0.0.1:3000/readyz", timeoutSeconds: 60 },
      })),
    ],
    release,
  };
}

function proxyDropIn(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=100ms
  `;
}

function sandbox(current: string): string[] {
  return [
    "User=app",
    `WorkingDirectory=${current}`,
    `EnvironmentFile=${appSecretPaths.env}`,
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  ];
}

/** The schema is migrated before the app starts; an app without a migration has nothing to do. */
function migrate(current: string): string {
  return text`
    ${made}
    [Unit]
    Description=Schema migration of the app
    After=haproxy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=180
    ${sandbox(current)}
    ExecStart=/bin/sh -c "if [ -e migrate.js ]; then exec /usr/bin/node migrate.js; fi"

    [Install]
    WantedBy=multi-user.target
  `;
}

/** One process; all of them listen on the same port. */
function appUnit(current: string): string {
  return text`
    ${made}
    [Unit]
    Description=App, process %i
    After=haproxy.service ${migrateUnit}
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    NotifyAccess=all
    ${sandbox(current)}
    Environment=PORT=3000 PROCESS=%i
    ExecStart=/usr/bin/node server.js
    WatchdogSec=8
    TimeoutStartSec=90
    TimeoutStopSec=30
    KillMode=mixed
    Restart=always
    RestartSec=100ms

    [Install]
    WantedBy=multi-user.target
  `;
}
