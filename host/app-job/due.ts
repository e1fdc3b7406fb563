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
