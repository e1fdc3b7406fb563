import { appCommand, balancerUnit } from "../app-balancer/service";
import { appPort, type AppProgram } from "./app-program";
import { type AppSandboxArgs, exec, sandbox } from "./app-sandbox";
import { made } from "../notice";
import { text } from "../text";

/** Unit that migrates the schema. */
export const migrateUnit = "webstack-migrate.service";

/** Seconds within which a process that speaks to systemd must say that it lives. */
const watchdogSeconds = 8;
/** Seconds that a start may take beyond what the health may take. */
const startMarginSeconds = 30;

/** What the units of the app depend on. */
export interface AppUnitsArgs extends AppSandboxArgs {
  /** How the app is run. */
  program: AppProgram;
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
    ExecStart=${exec(args, command)}

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
    ExecStart=${exec(args, program.command)}
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
