import { type AppProgram, processPorts } from "../app/app-program";
import { rootFile } from "../bundle";
import { programPath } from "../host-program";
import { generatedNotice } from "../notice";
import { proxyTimeouts, type WebRequests } from "../requests";
import type { Service, ServicePart } from "../service";
import { text } from "../text";
import { proxySandbox } from "../unit-sandbox";
import { appBalancerCfg } from "./app-balancer-cfg";

/** Facts about a node that the balancer's part depends on. */
export interface AppBalancerFacts {
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** Processes of the app; with 0 there is no balancer. */
  processes: number;
  /** Limits on visitors' requests. */
  requests: WebRequests;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
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
/** Longest drain of a process, seconds; less than `TimeoutStopSec` of its unit. */
const drainSeconds = 20;

/** Health check command of the process on `port`. */
export function processCheck(port: number): string[] {
  return ["/usr/bin/node", appProcessPath, "check", String(port)];
}

/**
 * The HAProxy that listens on an app node's port for processes with a port each; absent where they share
 * one. It is separate from the database proxy, because a reload of that one would end the databases'
 * sessions a minute later.
 */
export const appBalancer: Service<AppBalancerFacts> = {
  name: "app-balancer",
  // The port is the app's, whoever listens on it.
  openings: [],
  part: (facts) => (facts.program.sharesPort || facts.processes === 0 ? {} : part(facts)),
};

function part({ program, processes, requests, programs }: AppBalancerFacts): ServicePart {
  const source = programs["app-process"];
  if (source === undefined) throw new Error("programs must hold app-process");
  const settings = { health: program.health, drainSeconds, socket: socketPath };
  const ports = processPorts(processes);
  const config = appBalancerCfg(program.health, ports, socketPath, proxyTimeouts(requests));
  return {
    packages: ["haproxy"],
    files: {
      [appProcessPath]: rootFile(source),
      [settingsPath]: rootFile(`${JSON.stringify(settings, null, 2)}\n`),
      [configPath]: rootFile(config),
      [unitPath]: rootFile(balancerUnitText()),
    },
    checks: [{ files: [configPath], command: ["/usr/sbin/haproxy", "-c", "-f", configPath] }],
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: balancerUnit,
        // The last two are read anew at each use; a process need not restart for them.
        reloadFiles: [configPath, settingsPath, appProcessPath],
        restartFiles: [unitPath],
        needs: [],
        // systemd reports a process that exits at once as active for a moment.
        health: { http: statusUrl, timeoutSeconds: 20 },
      },
    ],
  };
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
