/** Longest time without a sign of work of the applier, milliseconds. */
const stuckMs = 600_000;
/** Time between two lines about a transaction that takes long, milliseconds. */
const sayMs = 60_000;
/** Part of one processor's time from which on MySQL works: the looks of this program take less. */
const busyPart = 0.1;
/** Rate of reads and writes of InnoDB from which on MySQL works, bytes per second. */
const busyBytes = 64 * 2 ** 10;

/**
 * What is seen of an applier. The counters of rows are those of tables that are not MySQL's own, so only the applier
 * moves them. Each query begins with a session of its own, whose work is in no other counter.
 * https://dev.mysql.com/doc/refman/8.4/en/server-status-variables.html
 */
export const sampleSql = `
SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', ''),
  (SELECT SUM(CAST(VARIABLE_VALUE AS UNSIGNED)) FROM performance_schema.global_status
    WHERE VARIABLE_NAME IN ('Innodb_rows_inserted', 'Innodb_rows_updated', 'Innodb_rows_deleted', 'Innodb_rows_read')),
  (SELECT SUM(CAST(VARIABLE_VALUE AS UNSIGNED)) FROM performance_schema.global_status
    WHERE VARIABLE_NAME IN ('Innodb_data_read', 'Innodb_data_written')),
  (SELECT COALESCE(SUM(WORK_COMPLETED), 0) FROM performance_schema.events_stages_current),
  (SELECT COALESCE(MAX(SERVICE_STATE), 'OFF') FROM performance_schema.replication_applier_status),
  (SELECT COALESCE(MAX(APPLYING_TRANSACTION), '') FROM performance_schema.replication_applier_status_by_worker),
  (SELECT COALESCE(MAX(t.PROCESSLIST_STATE), '') FROM performance_schema.replication_applier_status_by_worker w
    JOIN performance_schema.threads t ON t.THREAD_ID = w.THREAD_ID)`;

/** What is seen of an applier at a time. */
export interface ApplierSample {
  /** Time of a clock that only rises, milliseconds. */
  atMs: number;
  gtids: string;
  /** Rows that were read or changed, and bytes that were read or written, since the start of MySQL. */
  rows: number;
  bytes: number;
  /** Completed work of the statements that are running, such as an `ALTER TABLE`. */
  stages: number;
  /** False: the applier has stopped. */
  isRunning: boolean;
  /** GTID of the transaction that is applied; empty: none. */
  applying: string;
  /** What MySQL says that the applier does, such as `altering table`; never the text of a statement. */
  state: string;
  /** Processor time of MySQL since its start, milliseconds. */
  cpuMs: number;
}

/** Reads the row of {@link sampleSql}, and MySQL's line in `/proc/<pid>/stat`. */
export function sampleOf(row: string, stat: string, atMs: number): ApplierSample {
  const [gtids = "", rows, bytes, stages, service, applying = "", state = ""] = row.split("\t");
  // Fields 14 and 15 in hundredths of a second; the second field, a name in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuMs = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
  const counters = { rows: Number(rows), bytes: Number(bytes), stages: Number(stages) };
  return { atMs, gtids, ...counters, isRunning: service === "ON", applying, state, cpuMs };
}

/**
 * Decides whether an applier works. The GTID set of a server does not change while a large transaction or a long
 * statement is applied, so each sign of work counts.
 */
export class ApplierWatch {
  private last: ApplierSample | undefined;
  private workedMs = 0;
  private movedMs = 0;
  private saidMs = 0;

  /**
   * Takes what is seen now. Returns a line about a transaction that takes long, once a minute.
   *
   * @throws Error if the applier has shown no sign of work for ten minutes.
   */
  look(now: ApplierSample): string | undefined {
    const { last } = this;
    this.last = now;
    if (!last || last.gtids !== now.gtids) {
      this.workedMs = this.movedMs = this.saidMs = now.atMs;
      return undefined;
    }
    if (isWork(last, now)) this.workedMs = now.atMs;
    const idleMs = now.atMs - this.workedMs;
    if (idleMs > stuckMs) {
      throw new Error(
        `the applier has done nothing for ${minutes(idleMs)} min (${now.applying || "no transaction"}; ${now.state || "no state"})`,
      );
    }
    if (now.atMs - this.saidMs < sayMs) return undefined;
    this.saidMs = now.atMs;
    const doing = now.state === "" ? "" : `, ${now.state}`;
    const rest = idleMs < sayMs ? "" : `; nothing was seen of it for ${minutes(idleMs)} min`;
    return `replays     ${now.applying || "the log"} for ${minutes(now.atMs - this.movedMs)} min${doing}${rest}`;
  }
}

function isWork(last: ApplierSample, now: ApplierSample): boolean {
  const seconds = (now.atMs - last.atMs) / 1_000;
  const isBusy = now.cpuMs - last.cpuMs >= busyPart * seconds * 1_000;
  const moves = now.bytes - last.bytes >= busyBytes * seconds;
  return isBusy || moves || now.rows !== last.rows || now.stages !== last.stages;
}

function minutes(ms: number): number {
  return Math.floor(ms / 60_000);
}

const [leastBytes, mostBytes] = [128 * 2 ** 20, 8 * 2 ** 30];

/**
 * Size of InnoDB's buffer pool for a restore, bytes: half of the available memory, at least 128 MiB and at most 8 GiB.
 *
 * @param meminfo content of `/proc/meminfo`.
 */
export function bufferPoolBytes(meminfo: string): number {
  const [, kib = "0"] = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo) ?? [];
  const half = Math.floor((Number(kib) * 1_024) / 2 / leastBytes) * leastBytes;
  return Math.min(mostBytes, Math.max(leastBytes, half));
}
