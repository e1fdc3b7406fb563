import type { Peer } from "../../topology";
import { appAside } from "../app/app-aside";
import { appPorts, type AppProgram, processPorts } from "../app/app-program";
import { type BundleFile, type BundleHealth, programFiles, programPath, rootFile } from "../bundle";
import { innerCertificatePath, innerRequest, innerTlsFiles } from "../inner-tls";
import { generatedNotice, text } from "../text";
import { proxyTimeouts, type WebRequests } from "../requests";
import type { Service, ServicePart } from "../service";
import { proxySandbox } from "../unit-sandbox";
import { appBalancerCfg, balancerHost } from "./app-balancer-cfg";

/** Facts about a node that the balancer's part depends on. */
export interface AppBalancerFacts {
  /** Node name. */
  node: string;
  /** The other app nodes. */
  peers: readonly Peer[];
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** Processes of the app; with 0 there is no balancer. */
  processes: number;
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
  /** True if the web nodes connect with TLS. @default false */
  innerTls?: boolean | undefined;
}

/** Unit of the balancer. */
export const balancerUnit = "webstack-app-balancer.service";
/** Program that starts, drains and health-checks a process. */
const appProcessPath = programPath("app-process");
/** Command line of {@link appProcessPath} without the app's environment, which could change what Node does. */
export const appCommand = `/usr/bin/env -i /usr/bin/node ${appProcessPath}`;

const configPath = "/etc/haproxy/app.cfg";
const settingsPath = "/etc/webstack/app-process.json";
const unitPath = `/etc/systemd/system/${balancerUnit}`;
const runDirectory = "webstack-app-balancer";
/** Metrics page of the balancer, see `app-balancer-cfg.ts`. */
const statusUrl = "http://127.0.0.1:8405/metrics";
const socketPath = `/run/${runDirectory}/admin.sock`;
const drainMapPath = `/run/${runDirectory}/drain.map`;
/** Longest drain of a process, seconds; less than `TimeoutStopSec` of its unit. */
const drainSeconds = 20;

/** Health check command of the process on `port`. */
export function processCheck(port: number): string[] {
  return ["/usr/bin/node", appProcessPath, "check", String(port)];
}

/**
 * The HAProxy that terminates TLS on an app node, and listens on the port for clear text unless the processes share
 * that port. The balancer is separate from the database proxy, because each change of the proxy ends the databases'
 * sessions.
 */
export const appBalancer: Service<AppBalancerFacts> = {
  name: "app-balancer",
  // The port for clear text is the app's, whoever listens on it.
  openings: [
    { from: "web", protocol: "tcp", port: appPorts.tls, purpose: "requests to the app over TLS" },
    { from: "peers", protocol: "tcp", port: appPorts.tls, purpose: "whether the node serves" },
  ],
  secrets: innerTlsFiles,
  part: (facts) => (facts.processes === 0 ? {} : part(facts)),
};

function part(facts: AppBalancerFacts): ServicePart {
  const { node, program, processes, requests, innerTls = false } = facts;
  const ports = program.sharesPort ? [appPorts.clear] : processPorts(processes);
  const timeouts = proxyTimeouts(requests);
  const config = appBalancerCfg({ program, ports, socketPath, drainMapPath, timeouts });
  const processFiles = filesOfProcesses(facts);
  const needs = [innerCertificatePath];
  const aside = appAside(facts.peers);
  return {
    packages: ["haproxy"],
    files: {
      ...processFiles,
      [configPath]: rootFile(config),
      [unitPath]: rootFile(balancerUnitText()),
    },
    checks: [
      {
        files: [configPath, ...needs],
        command: ["/usr/sbin/haproxy", "-c", "-f", configPath],
        needs,
      },
    ],
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: balancerUnit,
        // Files of the processes are read anew at each use; a process need not restart for them.
        reloadFiles: [configPath, ...needs, ...Object.keys(processFiles)],
        restartFiles: [unitPath],
        needs,
        health: { ...health(node, innerTls), timeoutSeconds: 20 },
        ...(aside ? { aside } : {}),
      },
    ],
  };
}

/** Program and settings for starts, drains and health checks of processes. */
function filesOfProcesses({ program, programs }: AppBalancerFacts): Record<string, BundleFile> {
  const { health, sharesPort } = program;
  const balancer = { socket: socketPath, drainMap: drainMapPath };
  const settings = { health, sharesPort, drainSeconds, ...balancer };
  return {
    ...programFiles(programs, "app-process"),
    [settingsPath]: rootFile(`${JSON.stringify(settings, null, 2)}\n`),
  };
}

/**
 * Health check of the balancer, whether or not a process accepts requests: systemd reports a program that exits at once
 * as active for a moment.
 */
function health(name: string, innerTls: boolean): Pick<BundleHealth, "http" | "command"> {
  if (!innerTls) return { http: statusUrl };
  const nodes = [{ name, privateIp: "127.0.0.1" }];
  const more = ["--header", `Host: ${balancerHost}`];
  return { command: innerRequest({ nodes, port: appPorts.tls, path: "/", more }) };
}

function balancerUnitText(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Balancer of the app's processes
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    RuntimeDirectory=${runDirectory}
    # An announced stop holds also for a balancer that restarts meanwhile.
    RuntimeDirectoryPreserve=yes
    ExecStart=/usr/sbin/haproxy -Ws -f ${configPath} -p /run/${runDirectory}/pid
    ExecReload=/usr/sbin/haproxy -c -q -f ${configPath}
    ExecReload=/bin/kill -USR2 $MAINPID
    KillMode=mixed
    SuccessExitStatus=143
    Restart=always
    RestartSec=100ms
    LimitNOFILE=65536
    ${proxySandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
