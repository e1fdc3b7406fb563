import { timeText } from "./target";

/** Asks a restored database for the time that the primary wrote last, microseconds since 1970. */
export const heartbeatSql =
  "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', at) FROM webstack_archive.heartbeat WHERE id = 1";

/**
 * Says how far before a moment the primary wrote its last heartbeat, every five seconds while it
 * takes writes.
 *
 * @param rows what {@link heartbeatSql} gives.
 * @throws Error if it is from after the moment, or not there: the content is that of another one.
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
