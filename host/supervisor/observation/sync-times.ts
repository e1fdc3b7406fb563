import { slowCommitMs } from "../policy/hand-over";

/** Shortest window for a mean, milliseconds. */
const windowMs = 5_000;

/** Number of calls of one kind since MySQL started, and their total time in microseconds. */
export interface Calls {
  count: number;
  micros: number;
}

/** Counters of the files whose syncs a commit waits for. */
export interface Syncs {
  /** The binary log. */
  binlog: Calls;
  /** InnoDB's redo log. */
  redo: Calls;
  /** Duration so far of the longest running sync, milliseconds; 0: none runs. */
  waitingMs: number;
}

const events = { binlog: "wait/io/file/sql/binlog", redo: "wait/io/file/innodb/innodb_log_file" };
const names = `EVENT_NAME IN ('${events.binlog}', '${events.redo}')`;

/**
 * Query for the counters. `MISC` counts all calls that neither read nor write; on these files they are
 * syncs, except for a few at each change of file. The instruments are enabled by default. For running
 * syncs, whose time so far is reported, `my.cnf` enables a consumer.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-file-summary-tables.html
 *
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-events-waits-current-table.html
 */
export const syncsSql =
  "SELECT EVENT_NAME, COUNT_MISC, SUM_TIMER_MISC DIV 1000000 " +
  `FROM performance_schema.file_summary_by_event_name WHERE ${names};\n` +
  "SELECT 'waiting', IFNULL(MAX(TIMER_WAIT), 0) DIV 1000000000 " +
  `FROM performance_schema.events_waits_current WHERE ${names} AND OPERATION = 'sync' AND END_EVENT_ID IS NULL`;

/** Parses the answer to {@link syncsSql}. */
export function readSyncs(rows: readonly string[][]): Syncs {
  const of = (event: string): Calls => {
    const row = rows.find(([name]) => name === event);
    return { count: Number(row?.[1] ?? 0), micros: Number(row?.[2] ?? 0) };
  };
  const waitingMs = Number(rows.find(([name]) => name === "waiting")?.[1] ?? 0);
  return { binlog: of(events.binlog), redo: of(events.redo), waitingMs };
}

function meanMs(before: Calls, after: Calls): number {
  const count = after.count - before.count;
  return count > 0 ? (after.micros - before.micros) / count / 1000 : 0;
}

/**
 * Time that the disk adds to a commit: twice the mean sync of redo and binary log in the last window, or
 * the duration of a slow running sync if that is longer, because a disk that hangs finishes none. Commits
 * are synced in groups. A commit that just missed a group waits for that group and then for its own, so
 * the value is near the slowest commits and close to their 99th percentile. Time that a commit spends on
 * locks or on the group is not included: another primary would not shorten it.
 */
export class SyncTimes {
  /** From the syncs that ended in the last window. */
  private endedMs = 0;
  /** From the longest running sync. */
  private waitingMs = 0;
  private start: { syncs: Syncs; atMs: number } | undefined;
  private slowSince: number | undefined;
  /** When a slow sync was last running. */
  private heldAt = Number.NEGATIVE_INFINITY;

  /** Time that the disk adds to a commit, milliseconds; 0: unknown. */
  get commitMs(): number {
    return this.waitingMs > slowCommitMs ? Math.max(this.endedMs, this.waitingMs) : this.endedMs;
  }

  /** Processes counters; a window ends once it is long enough, unless commits may be hanging in it. */
  take(syncs: Syncs, nowMs: number): void {
    const { start } = this;
    if (!start || syncs.binlog.count < start.syncs.binlog.count) return this.begin(syncs, nowMs);
    this.waitingMs = syncs.waitingMs;
    if (syncs.waitingMs > slowCommitMs) {
      this.slowSince ??= nowMs - syncs.waitingMs;
      this.heldAt = nowMs;
    }
    const isHeld =
      syncs.binlog.count === start.syncs.binlog.count && nowMs - this.heldAt < windowMs;
    if (nowMs - start.atMs < windowMs || isHeld) return;
    const { binlog, redo } = start.syncs;
    this.endedMs = Math.round(2 * (meanMs(binlog, syncs.binlog) + meanMs(redo, syncs.redo)));
    if (this.commitMs <= slowCommitMs) this.slowSince = undefined;
    else this.slowSince ??= start.atMs;
    this.start = { syncs, atMs: nowMs };
  }

  /** How long every window has been slow, milliseconds. */
  slowMs(nowMs: number): number {
    return this.slowSince === undefined ? 0 : nowMs - this.slowSince;
  }

  /** Starts over: MySQL's counters start at zero after a restart. */
  private begin(syncs: Syncs, nowMs: number): void {
    this.start = { syncs, atMs: nowMs };
    this.slowSince = undefined;
    this.heldAt = Number.NEGATIVE_INFINITY;
    this.endedMs = 0;
    this.waitingMs = 0;
  }
}
