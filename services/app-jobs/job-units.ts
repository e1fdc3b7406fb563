import { execWords } from "../app/app-program";
import { type AppSandboxArgs, starterSandbox } from "../app/app-sandbox";
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
/** The same value as in `host/app-job/bounds.ts`. */
const watchdogSeconds = 30;

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
  const words = ["run", name, String(timeoutSeconds), ...calendar, "--", ...command];
  return text`
    ${generatedNotice}
    [Unit]
    Description=Job ${name} of the app
    After=haproxy.service webstack-network-ready.service
    ${unlessInMaintenance}

    [Service]
    # Not "oneshot", so that systemd stops a job that hangs.
    Type=exec
    NotifyAccess=all
    ${starterSandbox(args)}
    ExecStart=/usr/bin/node ${appJobPath} ${execWords(words)}
    WatchdogSec=${watchdogSeconds}
    WatchdogSignal=SIGKILL
    TimeoutStopSec=30
    KillMode=mixed
  `;
}
