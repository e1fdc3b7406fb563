import { migrateUnit } from "../app/app-program";
import { type AppSandboxArgs, exec, execHost, sandbox, starterSandbox } from "../app/app-sandbox";
import { appJobPath } from "../app-jobs/job-units";
import { unlessInMaintenance } from "../maintenance";
import { generatedNotice, text } from "../text";

/** A command that runs beside the app, without a port. */
export interface AppWorker {
  /** Name, such as `mail`: small letters, digits and dashes, at most 32. */
  name: string;
  /** Words of the command, such as `["node", "worker.js"]`; without variables. */
  command: readonly string[];
  /** App nodes on which the worker runs: all, the first n, or one live node at a time. */
  nodes: "all" | "one" | number;
  /** Processes on each of them; at least 1, and 1 where it runs on one node at a time. */
  processes: number;
  /** Seconds that a process has after SIGTERM until it is killed; 1 to 900. */
  stopSeconds: number;
}

/** Seconds that a process must stay alive after its start; a release whose worker does not is refused. */
const aliveSeconds = 5;

/** Watchdog margin beyond `stopSeconds`; the same value as in `host/app-job/lease.ts`. */
const watchdogMarginSeconds = 15;
/** Seconds after the end of the command for releasing the lease. */
const stopMarginSeconds = 10;

/** Name of the unit of one process. */
export function workerUnit(name: string, process: number): string {
  return `worker-${name}@${process}.service`;
}

/** Renders the unit of a worker's processes. */
export function workerUnitText(args: AppSandboxArgs, worker: AppWorker): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Worker ${worker.name} of the app, process %i
    After=haproxy.service webstack-network-ready.service ${migrateUnit}
    ${unlessInMaintenance}
    StartLimitIntervalSec=0

    [Service]
    ${worker.nodes === "one" ? onOneNode(args, worker) : onItsNodes(args, worker)}
    TimeoutStartSec=60
    KillMode=mixed
    Restart=always
    RestartSec=1

    [Install]
    WantedBy=multi-user.target
  `;
}

function onItsNodes(args: AppSandboxArgs, { name, command, stopSeconds }: AppWorker): string[] {
  return [
    "Type=exec",
    ...sandbox(args),
    `Environment=WORKER=${name} PROCESS=%i`,
    `ExecStart=${exec(args, command)}`,
    `ExecStartPost=${staysAlive}`,
    `TimeoutStopSec=${stopSeconds}`,
  ];
}

/**
 * The program `app-job` takes a lease in the database, runs the command while it has the lease, and stops it
 * before another node may take the lease. If the program hangs, systemd kills both.
 */
function onOneNode(args: AppSandboxArgs, { name, command, stopSeconds }: AppWorker): string[] {
  const words = [appJobPath, "hold", name, String(stopSeconds), ...command];
  return [
    "Type=notify",
    "NotifyAccess=all",
    ...starterSandbox(args),
    `ExecStart=${execHost(words)}`,
    `WatchdogSec=${stopSeconds + watchdogMarginSeconds}`,
    "WatchdogSignal=SIGKILL",
    `TimeoutStopSec=${stopSeconds + stopMarginSeconds}`,
  ];
}

/** `${MAINPID}` is systemd's; the other dollars are none. */
const staysAlive = [
  "/bin/sh -c 'for second in",
  ...Array.from({ length: aliveSeconds }, (_, i) => String(i + 1)),
  '; do sleep 1; kill -0 "${MAINPID}" 2>/dev/null ||',
  `{ echo "the worker ended within ${aliveSeconds} s of its start; what it said last stands above" >&2; exit 1; }; done'`,
]
  .join(" ")
  .replace(" ;", ";");
