import { type AppSandboxArgs, exec, sandbox } from "../app/app-sandbox";
import { migrateUnit } from "../app/app-units";
import { made } from "../notice";
import { text } from "../text";
import type { AppWorker } from "./worker";

/** Seconds that a process must stay alive after its start; a release whose worker does not is refused. */
const aliveSeconds = 5;

/** Name of the unit of one process. */
export function workerUnit(name: string, process: number): string {
  return `worker-${name}@${process}.service`;
}

/** Renders the unit of a worker's processes. */
export function workerUnitText(args: AppSandboxArgs, worker: AppWorker): string {
  const { name, command, stopSeconds } = worker;
  return text`
    ${made}
    [Unit]
    Description=Worker ${name} of the app, process %i
    After=haproxy.service webstack-network-ready.service ${migrateUnit}
    StartLimitIntervalSec=0

    [Service]
    Type=exec
    ${sandbox(args)}
    Environment=WORKER=${name} PROCESS=%i
    ExecStart=${exec(command)}
    ExecStartPost=${staysAlive}
    TimeoutStartSec=60
    TimeoutStopSec=${stopSeconds}
    KillMode=mixed
    Restart=always
    RestartSec=1

    [Install]
    WantedBy=multi-user.target
  `;
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
