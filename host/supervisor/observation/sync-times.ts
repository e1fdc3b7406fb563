import { slowCommitMs } from "../policy/hand-over";

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
  /** How long the longest sync under way has lasted so far, milliseconds; 0: none is under way. */
  waitingMs: number;
}

const events = { binlog: "wait/io/file/sql/binlog", redo: "wait/io/file/innodb/innodb_log_file" };
const names = `EVENT_NAME IN ('${events.binlog}', '${events.redo}')`;

/**
 * Asks for them. `MISC` are all calls that neither read nor write; at these files they are syncs
 * but for a few at each change of file. The instruments are enabled by default; for those under way
 * `my.cnf` enables a consumer, and their time is that so far.
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-file-summary-tables.html
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-events-waits-current-table.html
 */
export const syncsSql =
  "SELECT EVENT_NAME, COUNT_MISC, SUM_TIMER_MISC DIV 1000000 " +
  `FROM performance_schema.file_summary_by_event_name WHERE ${names};\n` +
  "SELECT 'waiting', IFNULL(MAX(TIMER_WAIT), 0) DIV 1000000000 " +
  `FROM performance_schema.events_waits_current WHERE ${names} AND OPERATION = 'sync' AND END_EVENT_ID IS NULL`;

/** Reads the answer to {@link syncsSql}. */
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
 * How long the disk makes a commit take: twice the mean sync of redo and binary log in the last
 * window, or a slow sync under way if that is longer: a disk that hangs ends none. Commits are
 * synced in groups; one that just missed a group waits for that and then for its own, so this is
 * near the slowest of them and close to their 99th percentile. Time that a commit spends on locks
 * or on the group is not in it: another primary would not make it shorter.
 */
export class SyncTimes {
  /** Of the syncs that ended in the last window. */
  private endedMs = 0;
  /** Of the longest sync under way. */
  private waitingMs = 0;
  private start: { syncs: Syncs; atMs: number } | undefined;
  private slowSince: number | undefined;
  /** When a slow sync was under way last. */
  private heldAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds; 0: not known. */
  get commitMs(): number {
    return this.waitingMs > slowCommitMs ? Math.max(this.endedMs, this.waitingMs) : this.endedMs;
  }

  /** Takes counters; a window ends when it is long enough, unless commits may hang in it. */
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

  /** How long it has been slow without a window that was not, milliseconds. */
  slowMs(nowMs: number): number {
    return this.slowSince === undefined ? 0 : nowMs - this.slowSince;
  }

  /** MySQL counts from nothing after a start. */
  private begin(syncs: Syncs, nowMs: number): void {
    this.start = { syncs, atMs: nowMs };
    this.slowSince = undefined;
    this.heldAt = Number.NEGATIVE_INFINITY;
    this.endedMs = 0;
    this.waitingMs = 0;
  }
}
