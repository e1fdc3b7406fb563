import { appBalancer, processCheck } from "./app-balancer";
import { appPort, type AppProgram, processPorts } from "./app-program";
import { appUnitText, migrateUnit, migrateUnitText } from "./app-units";
import { unitCheck } from "./base-bundle";
import { mergeBundles, rootFile, type BundlePart, type BundleRelease } from "./bundle";
import { dbProxyCfg } from "./db-proxy-cfg";
import type { Peer } from "./haproxy-cfg";
import { tlsPaths } from "./my-cnf";
import { made } from "./notice";
import { text } from "./text";

/** What an app node depends on, besides what every node has. */
export interface AppBundleArgs {
  /** Node name. */
  node: string;
  /** Database nodes, in order. */
  databases: readonly Peer[];
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** Whether this is the node on which a new release migrates the schema. */
  migrates: boolean;
  /** Processes of the app; at least 1. */
  processes: number;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
  /** The app's release. */
  release: BundleRelease;
}

/** Files of an app node that are delivered apart: environment with passwords, the databases' CA. */
export const appSecretPaths = { env: "/etc/webstack/app.env", databaseCa: tlsPaths.ca } as const;

const units = "/etc/systemd/system";
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
export function appBundle(args: AppBundleArgs): BundlePart {
  const { node, databases, release, program } = args;
  const own: BundlePart = {
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
    },
    secretFiles: {
      [appSecretPaths.env]: { owner: "root", group: "root", mode: "0600" },
      [appSecretPaths.databaseCa]: { owner: "root", group: "root", mode: "0644" },
    },
    checks: [
      { files: [proxyPath], command: ["/usr/sbin/haproxy", "-c", "-q", "-f", proxyPath] },
      unitCheck([dropInPath], ["haproxy.service"], []),
    ],
    services: [
      { unit: "haproxy.service", reloadFiles: [proxyPath], restartFiles: [dropInPath], needs: [] },
    ],
    release,
  };
  const balancer = program.sharesPort ? {} : appBalancer(args);
  return mergeBundles(node, "app", own, balancer, migration(args), processes(args));
}

function unitsArgs({ program, release }: AppBundleArgs) {
  return { program, current: `${release.root}/current`, envPath: appSecretPaths.env };
}

/** The release migrates the schema once, on one node, which is the first one that it comes to. */
function migration(args: AppBundleArgs): BundlePart {
  const { migrate } = args.program;
  if (!migrate || !args.migrates) return {};
  const path = `${units}/${migrateUnit}`;
  const own = unitsArgs(args);
  const needs = [own.envPath, own.current];
  return {
    files: { [path]: rootFile(migrateUnitText(own, migrate)) },
    checks: [unitCheck([], [], [path])],
    services: [{ unit: migrateUnit, reloadFiles: [], restartFiles: [...needs, path], needs }],
  };
}

function processes(args: AppBundleArgs): BundlePart {
  const { program } = args;
  const path = `${units}/app@.service`;
  const own = unitsArgs(args);
  const needs = [own.envPath, own.current];
  const { timeoutSeconds } = program.health;
  const url = `http://127.0.0.1:${appPort}${program.health.path}`;
  const ports = processPorts(args.processes);
  const instances = program.sharesPort
    ? ports.map((_, i) => ({ unit: `app@${i + 1}.service`, how: { http: url } }))
    : ports.map((port) => ({ unit: `app@${port}.service`, how: { command: processCheck(port) } }));
  return {
    files: { [path]: rootFile(appUnitText(own)) },
    checks: [unitCheck([], [], [path])],
    services: instances.map(({ unit, how }) => ({
      unit,
      reloadFiles: [],
      restartFiles: [...needs, appSecretPaths.databaseCa, path],
      needs,
      // A start waits for the health, and the process before it for its requests.
      startTimeoutSeconds: Math.max(330, timeoutSeconds + 90),
      health: { ...how, timeoutSeconds },
    })),
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
