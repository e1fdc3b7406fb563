import { appCommand, balancerUnit } from "../app-balancer/service";
import { appPort, type AppProgram, migrateUnit } from "./app-program";
import { type AppSandboxArgs, exec, execHost, sandbox, starterSandbox } from "./app-sandbox";
import { generatedNotice, text } from "../text";
import { appJobPath } from "../app-jobs/job-units";

/** WatchdogSec of a process that notifies systemd. */
const watchdogSeconds = 8;
/** Seconds that a start may take beyond the health check's timeout. */
const startMarginSeconds = 30;

/** Arguments of the app's units. */
export interface AppUnitsArgs extends AppSandboxArgs {
  /** How the app is run. */
  program: AppProgram;
}

/** Seconds after which a schema migration is ended. */
export function migrateSeconds({ migrateTimeoutSeconds = 180 }: AppProgram): number {
  return migrateTimeoutSeconds;
}

/** Renders the unit of the schema migration, which ends before a process of the release starts. */
export function migrateUnitText(args: AppUnitsArgs, command: readonly string[]): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Schema migration of the app
    After=haproxy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=${migrateSeconds(args.program)}
    ${sandbox(args)}
    ExecStart=${exec(args, command)}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Renders the unit of one app process, which shares a port or has its own port behind the balancer. */
export function appUnitText(args: AppUnitsArgs): string {
  const { program } = args;
  const seconds = program.health.timeoutSeconds + startMarginSeconds;
  return text`
    ${generatedNotice}
    [Unit]
    Description=App, process %i
    After=haproxy.service ${balancerUnit} ${migrateUnit}
    StartLimitIntervalSec=0

    [Service]
    ${program.notifies ? ["Type=notify", "NotifyAccess=all"] : ["Type=exec"]}
    ${sandbox(args)}
    ${program.sharesPort ? [`Environment=PORT=${appPort} PROCESS=%i`] : ["Environment=PORT=%i PROCESS=%i HOST=127.0.0.1"]}
    ExecStart=${exec(args, program.command)}
    ${startAndStop}
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
 * A process with its own port counts as started when it is healthy, and is stopped after its last request. The last
 * process of a node announces its stop to the web nodes. Both commands run as root, without the app's environment.
 */
const startAndStop = [
  `ExecStartPost=+${appCommand} started %i $MAINPID`,
  `ExecStop=+-${appCommand} drain %i`,
];

/** Time of a table check: after the migration, or after the start of the app's processes. */
export type TableCheckTime = "migrated" | "started";

/** Name of the template of {@link tableCheckUnit}. */
export const tableCheckTemplate = "webstack-table-check@.service";

/** Name of the unit that checks the tables of the app's database. */
export function tableCheckUnit(time: TableCheckTime): string {
  return `webstack-table-check@${time}.service`;
}

/**
 * Renders the unit that looks for tables that backups or Group Replication do not support.
 *
 * @param refuses whether such a table fails the release; false: it is only logged, because there is no group
 *   yet, or the release ran before.
 */
export function tableCheckText(args: AppSandboxArgs, refuses: boolean): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Check of the tables of the app, %i
    After=haproxy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=60
    ${starterSandbox(args)}
    ExecStart=${execHost([appJobPath, "tables", refuses ? "refuse" : "warn"])}

    [Install]
    WantedBy=multi-user.target
  `;
}
