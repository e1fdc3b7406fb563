import { migrateUnit } from "../app/app-program";
import { type AppSandboxArgs, execHost, starterSandbox } from "../app/app-sandbox";
import { programPath } from "../bundle";
import { unlessInMaintenance } from "../maintenance";
import { generatedNotice, text } from "../text";

/** A scheduled command of the app, which runs on one app node. */
export interface AppJob {
  /** Name, such as `report`: small letters, digits and dashes, at most 32. */
  name: string;
  /** Words of the command, such as `["node", "report.js"]`; without variables. */
  command: readonly string[];
  /** Calendar events of systemd, such as `*-*-* 03:30:00 UTC`; the job is due at each of them. */
  calendar: readonly string[];
  /** Timeout of a run, seconds. */
  timeoutSeconds: number;
}

/** Program that runs a command on one node at a time. */
export const appJobPath = programPath("app-job");
/** The same value as in `host/app-job/lease.ts`. */
const watchdogSeconds = 30;

/** Record of converge's unfinished change, the same path as in `host/converge/swap.ts`. */
const swapRecord = "/var/lib/webstack/swap/record.json";
/** Lock of a run of converge, the same path as in `host/converge/lock.ts`. */
const convergeLock = "/run/webstack/converge.lock";
/** Longest wait for the end of such a run, seconds; after that `host/app-job/systemd.ts` no longer finds the job due. */
const acceptedSeconds = 120;

/**
 * Command that waits while converge changes the host: the release that it has just switched to may lack its migration,
 * and may be refused. Only afterwards does the job claim its run, so another node may take the run meanwhile. The
 * command runs as root, since both files are root's, and without the app's PATH.
 */
const untilAccepted =
  `+/usr/bin/env -i /bin/sh -c "[ ! -e ${swapRecord} ] || ` +
  `/usr/bin/flock --shared --wait ${acceptedSeconds} ${convergeLock} /bin/true || ` +
  `echo 'the host was changed for ${acceptedSeconds} s'"`;

/** Name of the unit of a job, without its ending. */
export function jobUnit(name: string): string {
  return `cron-${name}`;
}

/**
 * Renders the timer of a job. Every app node has the timer; the started program claims the run in the database.
 *
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html
 */
export function jobTimerText({ name, calendar }: AppJob): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Times of the job ${name} of the app
    ${unlessInMaintenance}

    [Timer]
    ${calendar.map((event) => `OnCalendar=${event}`)}
    # systemd's default lets a timer fire up to a minute late.
    AccuracySec=1s

    [Install]
    WantedBy=timers.target
  `;
}

/** Renders the unit of a job: a program of the host that starts the command. */
export function jobUnitText(args: AppSandboxArgs, job: AppJob): string {
  const { name, calendar, command, timeoutSeconds } = job;
  const words = [appJobPath, "run", name, String(timeoutSeconds), ...calendar, "--", ...command];
  return text`
    ${generatedNotice}
    [Unit]
    Description=Job ${name} of the app
    After=haproxy.service webstack-network-ready.service ${migrateUnit}
    ${unlessInMaintenance}

    [Service]
    # Not "oneshot", so that systemd stops a job that hangs.
    Type=exec
    NotifyAccess=all
    ${starterSandbox(args)}
    ExecStartPre=${untilAccepted}
    TimeoutStartSec=${acceptedSeconds + 30}
    ExecStart=${execHost(words)}
    WatchdogSec=${watchdogSeconds}
    WatchdogSignal=SIGKILL
    TimeoutStopSec=30
    KillMode=mixed
  `;
}
