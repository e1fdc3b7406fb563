import { appPort, type AppProgram, processPorts } from "./app-program";
import { programPath, unitCheck } from "./base-bundle";
import { rootFile, type BundlePart } from "./bundle";
import { made } from "./notice";
import { text } from "./text";

/** What the balancer of a node's processes depends on. */
export interface AppBalancerArgs {
  /** How the app is asked for its health. */
  program: Pick<AppProgram, "health">;
  /** Processes of the app; at least 1. */
  processes: number;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Unit of the balancer. */
export const balancerUnit = "webstack-app-balancer.service";
/** Program that starts, drains and asks a process. */
const appProcessPath = programPath("app-process");
/** Command line of {@link appProcessPath} without the app's environment, which could change what Node does. */
export const appCommand = `/usr/bin/env -i /usr/bin/node ${appProcessPath}`;

const configPath = "/etc/haproxy/app.cfg";
const settingsPath = "/etc/webstack/app-process.json";
const unitPath = `/etc/systemd/system/${balancerUnit}`;
const runDirectory = "webstack-app-balancer";
const socketPath = `/run/${runDirectory}/admin.sock`;
/** Longest wait for requests of a process that is to stop, seconds; less than `TimeoutStopSec` of its unit. */
const drainSeconds = 20;

/** Command that tells whether the process on `port` works. */
export function processCheck(port: number): string[] {
  return ["/usr/bin/node", appProcessPath, "check", String(port)];
}

/**
 * What listens on an app node's port for processes that have a port each. It is an HAProxy of its
 * own: a reload of the one in front of the databases would end their sessions a minute later.
 */
export function appBalancer({ program, processes, programs }: AppBalancerArgs): BundlePart {
  const source = programs["app-process"];
  if (source === undefined) throw new Error("programs must hold app-process");
  const settings = { health: program.health, drainSeconds, socket: socketPath };
  return {
    files: {
      [appProcessPath]: rootFile(source),
      [settingsPath]: rootFile(`${JSON.stringify(settings, null, 2)}\n`),
      [configPath]: rootFile(appBalancerCfg(program.health, processPorts(processes))),
      [unitPath]: rootFile(balancerUnitText()),
    },
    checks: [
      { files: [configPath], command: ["/usr/sbin/haproxy", "-c", "-q", "-f", configPath] },
      unitCheck([], [], [unitPath]),
    ],
    services: [
      {
        unit: balancerUnit,
        // The last two are read anew at each use; a process need not restart for them.
        reloadFiles: [configPath, settingsPath, appProcessPath],
        restartFiles: [unitPath],
        needs: [],
      },
    ],
  };
}

/**
 * Renders `/etc/haproxy/app.cfg`, HAProxy 2.8 and later.
 *
 * Directives: https://docs.haproxy.org/3.2/configuration.html
 */
function appBalancerCfg({ path, host }: AppProgram["health"], ports: readonly number[]): string {
  return text`
    ${made}
    global
      log stdout format raw daemon
      user haproxy
      group haproxy
      maxconn 10000
      # Kept for what lasts long, such as WebSockets; a reload is rare.
      hard-stop-after 10m
      stats socket ${socketPath} mode 600 level admin

    defaults
      mode http
      log global
      option dontlognull
      timeout connect 1s
      timeout queue 5s
      timeout check 3s
      # How long an answer may take is Nginx's to say.
      timeout client 1h
      timeout server 1h
      timeout tunnel 1h
      # Node closes a connection that is idle for 5 s, at the same moment perhaps as a request comes on it.
      option http-server-close
      retries 2
      option redispatch 1

    # Not named like the backend: HAProxy would tell the figures of the first of the two.
    frontend requests
      bind :${appPort}
      # Failures alone: Nginx logs every request.
      option httplog
      option dontlog-normal
      # Nginx tries another node for a request that may be repeated.
      http-request return status 502 if { nbsrv(app) eq 0 }
      default_backend app

    backend app
      balance leastconn
      # A request that may have had an effect is never sent twice.
      retry-on conn-failure empty-response
      http-request disable-l7-retry if !METH_GET !{ method HEAD }
      option httpchk
      http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host ${host} hdr Connection close
      # What status a process must have is asked when it starts. While two releases run, the older one may not
      # know the path; it works all the same.
      http-check expect ! rstatus ^5
      default-server check inter 1s fastinter 200ms downinter 200ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down
      ${ports.map((port) => `server ${port} 127.0.0.1:${port}`)}

    frontend status
      bind 127.0.0.1:8405
      http-request use-service prometheus-exporter if { path /metrics }
      stats enable
      stats uri /
      no log
  `;
}

function balancerUnitText(): string {
  return text`
    ${made}
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
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes

    [Install]
    WantedBy=multi-user.target
  `;
}
