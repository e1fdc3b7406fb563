import { appCommand, balancerUnit } from "../app-balancer/service";
import { appPort, type AppProgram, execWords } from "./app-program";
import { made } from "../notice";
import { text } from "../text";

/** Unit that migrates the schema. */
export const migrateUnit = "webstack-migrate.service";

/** Seconds within which a process that speaks to systemd must say that it lives. */
const watchdogSeconds = 8;
/** Seconds that a start may take beyond what the health may take. */
const startMarginSeconds = 30;

/** What the units of the app depend on. */
export interface AppUnitsArgs {
  /** How the app is run. */
  program: AppProgram;
  /** Link to the release that runs, such as `/srv/app/current`. */
  current: string;
  /** Path of the environment file. */
  envPath: string;
}

/** A process can write to these directories alone; `/tmp` is its own. They outlive releases, not the node. */
const writable = ["StateDirectory=app", "CacheDirectory=app"];

function sandbox({ current, envPath }: AppUnitsArgs): string[] {
  return [
    "User=app",
    `WorkingDirectory=${current}`,
    "Environment=NODE_ENV=production HOME=/var/lib/app",
    `Environment=PATH=${current}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin`,
    `EnvironmentFile=${envPath}`,
    ...writable,
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
    // Netlink: programs list the host's addresses with it.
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  ];
}

/** `env` finds the program and becomes it: systemd itself would look for it before the release is there. */
function exec([program = "", ...rest]: readonly string[]): string {
  const start = program === "node" ? "/usr/bin/node" : execWords(["/usr/bin/env", program]);
  return [start, ...(rest.length > 0 ? [execWords(rest)] : [])].join(" ");
}

/** The command that brings the schema to what the release needs. It ends before a process of the release starts. */
export function migrateUnitText(args: AppUnitsArgs, command: readonly string[]): string {
  return text`
    ${made}
    [Unit]
    Description=Schema migration of the app
    After=haproxy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=180
    ${sandbox(args)}
    ExecStart=${exec(command)}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** One process of the app: of those that share a port, or one with a port of its own behind the balancer. */
export function appUnitText(args: AppUnitsArgs): string {
  const { program } = args;
  const seconds = program.health.timeoutSeconds + startMarginSeconds;
  return text`
    ${made}
    [Unit]
    Description=App, process %i
    After=haproxy.service ${program.sharesPort ? migrateUnit : `${balancerUnit} ${migrateUnit}`}
    StartLimitIntervalSec=0

    [Service]
    ${program.notifies ? ["Type=notify", "NotifyAccess=all"] : ["Type=exec"]}
    ${sandbox(args)}
    ${program.sharesPort ? [`Environment=PORT=${appPort} PROCESS=%i`] : ["Environment=PORT=%i PROCESS=%i HOST=127.0.0.1"]}
    ExecStart=${exec(program.command)}
    ${program.sharesPort ? [] : ownPort()}
    ${program.notifies ? [`WatchdogSec=${watchdogSeconds}`] : []}
    TimeoutStartSec=${seconds}
    TimeoutStopSec=30
    KillMode=mixed
    Restart=always
    ${program.sharesPort ? ["RestartSec=100ms"] : ["RestartSec=500ms"]}

    [Install]
    WantedBy=multi-user.target
  `;
}

/**
 * A process counts as started when it answers, and is stopped when no request is under way. Both
 * commands are the system's, with nothing of the app's environment.
 */
function ownPort(): string[] {
  return [`ExecStartPost=+${appCommand} started %i $MAINPID`, `ExecStop=+-${appCommand} drain %i`];
}
