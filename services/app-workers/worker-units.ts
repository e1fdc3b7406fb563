import { execWords } from "../app/app-program";
import { type AppSandboxArgs, exec, sandbox, starterSandbox } from "../app/app-sandbox";
import { migrateUnit } from "../app/app-units";
import { appJobPath } from "../app-jobs/job-units";
import { made } from "../notice";
import { text } from "../text";
import type { AppWorker } from "./worker";

/** Seconds that a process must stay alive after its start; a release whose worker does not is refused. */
const aliveSeconds = 5;

/** The same as in `host/app-job/bounds.ts`: a command that is asked to end has its time, and none beyond it. */
const watchdogMarginSeconds = 15;
/** Seconds beyond the end of the command, in which the lease is given back. */
const stopMarginSeconds = 10;

/** Name of the unit of one process. */
export function workerUnit(name: string, process: number): string {
  return `worker-${name}@${process}.service`;
}

/** Renders the unit of a worker's processes. */
export function workerUnitText(args: AppSandboxArgs, worker: AppWorker): string {
  return text`
    ${made}
    [Unit]
    Description=Worker ${worker.name} of the app, process %i
    After=haproxy.service webstack-network-ready.service ${migrateUnit}
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
 * A program of the host has a lease in the database, starts the command while it has it, and ends it before
 * another node may have it; should it hang itself, systemd ends both.
 */
function onOneNode(args: AppSandboxArgs, { name, command, stopSeconds }: AppWorker): string[] {
  const words = ["hold", name, String(stopSeconds), ...command];
  return [
    "Type=notify",
    "NotifyAccess=all",
    ...starterSandbox(args),
    `ExecStart=/usr/bin/node ${appJobPath} ${execWords(words)}`,
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
