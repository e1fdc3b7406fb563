import { execFile } from "node:child_process";

/** How late a job may begin, seconds. What was due before nobody makes up for. */
export const lateSeconds = 120;

/**
 * The latest moment at or before `now` at which a job was due, milliseconds since 1970.
 *
 * @param printed what `systemd-analyze calendar` says of the moments after `now` less {@link lateSeconds}, in UTC.
 */
export function latest(printed: string, now: number): number | undefined {
  const texts = printed.match(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC$)/gm) ?? [];
  const moments = texts.map((text) => Date.parse(`${text.replace(" ", "T")}Z`));
  return moments.filter((moment) => moment <= now).sort((a, b) => b - a)[0];
}

/**
 * When a job was due that begins `now`: the same for all nodes, whenever their timers fire and whatever their
 * clocks say. systemd itself is asked, so that both know the same time zones.
 *
 * @param events calendar events of systemd; the job is due when one of them is.
 * @returns milliseconds since 1970; undefined if it was not due within the last {@link lateSeconds}.
 */
export async function dueTime(events: readonly string[], now: number): Promise<number | undefined> {
  const since = Math.floor(now / 1_000) - lateSeconds - 1;
  // Due at most once a minute.
  const count = Math.ceil(lateSeconds / 60) + 1;
  const args = ["calendar", `--base-time=@${since}`, `--iterations=${count}`, ...events];
  const options = { timeout: 10_000, env: { TZ: "UTC", LC_ALL: "C" } };
  return new Promise((resolve, reject) => {
    execFile("/usr/bin/systemd-analyze", args, options, (error, stdout) =>
      error ? reject(error) : resolve(latest(stdout, now)),
    );
  });
}
