import { slowCommitMs } from "./hand-over";

/** Shortest time that is summed up, milliseconds. */
const windowMs = 5_000;

/** Calls of one kind since MySQL was started, and the microseconds that they took together. */
export interface Calls {
  count: number;
  micros: number;
}

/** Files whose syncs a commit waits for. */
export interface Syncs {
  /** The binary log. */
  binlog: Calls;
  /** InnoDB's redo log. */
  redo: Calls;
}

const events = { binlog: "wait/io/file/sql/binlog", redo: "wait/io/file/innodb/innodb_log_file" };

/**
 * Asks for them. `MISC` are all calls that neither read nor write; at these files they are syncs
 * but for a few at each change of file. The instruments are enabled by default.
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-file-summary-tables.html
 */
export const syncsSql =
  "SELECT EVENT_NAME, COUNT_MISC, SUM_TIMER_MISC DIV 1000000 " +
  "FROM performance_schema.file_summary_by_event_name " +
  `WHERE EVENT_NAME IN ('${events.binlog}', '${events.redo}')`;

/** Reads the answer to {@link syncsSql}. */
export function readSyncs(rows: readonly string[][]): Syncs {
  const of = (event: string): Calls => {
    const row = rows.find(([name]) => name === event);
    return { count: Number(row?.[1] ?? 0), micros: Number(row?.[2] ?? 0) };
  };
  return { binlog: of(events.binlog), redo: of(events.redo) };
}

function meanMs(before: Calls, after: Calls): number {
  const count = after.count - before.count;
  return count > 0 ? (after.micros - before.micros) / count / 1000 : 0;
}

/**
 * How long the disk makes a commit take: twice the mean sync of redo and binary log in the last
 * window. Commits are synced in groups; one that just missed a group waits for that and then for
 * its own, so this is near the slowest of them and close to their 99th percentile. Time that a
 * commit spends on locks or on the group is not in it: another primary would not make it shorter.
 */
export class SyncTimes {
  /** Milliseconds; 0: not known. */
  commitMs = 0;
  private start: { syncs: Syncs; atMs: number } | undefined;
  private slowSince: number | undefined;

  /** Takes counters; a window ends when it is long enough and something was synced in it. */
  take(syncs: Syncs, nowMs: number): void {
    const { start } = this;
    if (!start || syncs.binlog.count < start.syncs.binlog.count) return this.begin(syncs, nowMs);
    const isIdle = syncs.binlog.count === start.syncs.binlog.count;
    if (nowMs - start.atMs < windowMs || isIdle) return;
    const { binlog, redo } = start.syncs;
    this.commitMs = Math.round(2 * (meanMs(binlog, syncs.binlog) + meanMs(redo, syncs.redo)));
    if (this.commitMs <= slowCommitMs) this.slowSince = undefined;
    else this.slowSince ??= start.atMs;
    this.start = { syncs, atMs: nowMs };
  }

  /** How long every window has been slow, milliseconds. */
  slowMs(nowMs: number): number {
    return this.slowSince === undefined ? 0 : nowMs - this.slowSince;
  }

  /** MySQL counts from nothing after a start. */
  private begin(syncs: Syncs, nowMs: number): void {
    this.start = { syncs, atMs: nowMs };
    this.slowSince = undefined;
    this.commitMs = 0;
  }
}
