import { timeText } from "./target";

/** Query of a restored database for the primary's last heartbeat, microseconds since 1970. */
export const heartbeatSql =
  "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', at) FROM webstack_archive.heartbeat WHERE id = 1";

/**
 * Line with the time between the primary's last heartbeat and a moment. A primary writes a heartbeat
 * every five seconds while it accepts writes.
 *
 * @param rows result of {@link heartbeatSql}.
 * @throws Error if the heartbeat is missing or later than the moment: the content is that of another moment.
 */
export function heartbeatLine(rows: readonly string[], momentUs: number): string {
  const us = Number(rows[0] ?? Number.NaN);
  if (Number.isNaN(us)) throw new Error("the restored database has no heartbeat of the primary");
  if (us > momentUs) {
    throw new Error(
      `the restored database has a heartbeat of ${timeText(us)}, after the moment ${timeText(momentUs)}`,
    );
  }
  return `heartbeat   ${((momentUs - us) / 1e6).toFixed(1)} s before the moment`;
}
