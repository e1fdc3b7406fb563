import { execFile } from "node:child_process";

/** How late a job may start, seconds. Earlier due times are skipped. */
export const maxLateSeconds = 120;

/**
 * The latest due time at or before `now`, milliseconds since 1970.
 *
 * @param printed what `systemd-analyze calendar` says of the moments after `now` less {@link maxLateSeconds}, in UTC.
 */
export function latestDue(printed: string, now: number): number | undefined {
  const texts = printed.match(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC$)/gm) ?? [];
  const moments = texts.map((text) => Date.parse(`${text.replace(" ", "T")}Z`));
  return moments.filter((moment) => moment <= now).sort((a, b) => b - a)[0];
}

/**
 * When a job was due that begins `now`: the same for all nodes, whenever their timers fire and whatever their
 * clocks say. systemd itself is asked, so that both know the same time zones.
 *
 * @param events calendar events of systemd; the job is due when one of them is.
 * @returns milliseconds since 1970; undefined if it was not due within the last {@link maxLateSeconds}.
 */
export async function dueTime(events: readonly string[], now: number): Promise<number | undefined> {
  const since = Math.floor(now / 1_000) - maxLateSeconds - 1;
  // A job is due at most once a minute.
  const count = Math.ceil(maxLateSeconds / 60) + 1;
  const args = ["calendar", `--base-time=@${since}`, `--iterations=${count}`, ...events];
  const options = { timeout: 10_000, env: { TZ: "UTC", LC_ALL: "C" } };
  return new Promise((resolve, reject) => {
    execFile("/usr/bin/systemd-analyze", args, options, (error, stdout) =>
      error ? reject(error) : resolve(latestDue(stdout, now)),
    );
  });
}

/**
 * Sends states to systemd, such as `READY=1`. Node has no Unix datagram sockets, so the program
 * `systemd-notify` does it; the unit needs `NotifyAccess=all`.
 */
export function notify(...states: string[]): void {
  // A lost message is followed by the next one, and systemd's watchdog ends a program that hangs.
  execFile("/usr/bin/systemd-notify", states, { timeout: 5_000 }, () => undefined);
}

/** Writes a line to the journal; levels as in syslog: 3 error, 4 warning, 6 information. */
export function logLine(level: 3 | 4 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}
