import { countOf } from "../core/gtid";
import { type Mysql, SqlError } from "../mysql";

/** One stage of a copy: its name, its state, and the bytes that are there and that are expected. */
type Stage = readonly string[];

/** https://dev.mysql.com/doc/refman/8.4/en/performance-schema-clone-progress-table.html */
const copySql =
  "SELECT 'stage', STAGE, STATE, IFNULL(DATA, 0), IFNULL(ESTIMATE, 0) FROM performance_schema.clone_progress";
/**
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-clone-status-table.html
 * A copy into a folder of this host, which backups begin with, replaces no data of this MySQL.
 */
const statusSql =
  "SELECT IF(DESTINATION = 'LOCAL INSTANCE', 'copy', 'copy to a folder'), STATE, ERROR_NO, REPLACE(REPLACE(ERROR_MESSAGE, '\\n', ' '), '\\t', ' ') " +
  "FROM performance_schema.clone_status";
const schemaSql =
  "SELECT 'schema', COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'app'";
const executedSql = "SELECT 'executed', REPLACE(@@GLOBAL.gtid_executed, '\\n', '')";

/** Time between two looks, milliseconds. */
const lookMs = 1_000;
/** Age from which a look says nothing any more, milliseconds. */
const freshMs = 5_000;
/** Work that has not moved for that long is not under way, milliseconds. */
const movingMs = 30_000;
/**
 * A copy whose donor is gone waits for ever, milliseconds until it is given up. Stages that only the
 * own disk works on say nothing until they end, and may take longer.
 */
const stuckMs = { copy: 60_000, ownDisk: 600_000 };
const onOwnDisk = ["DROP DATA", "FILE SYNC"];

/**
 * So many copies in a row that came no further than one before are a failure that lasts. With the waits
 * between them they take 48 s at least: longer than a donor takes to start anew.
 */
const mostTries = 5;

/** No such table: the plugin for copies is not there. */
const noTable = 1146;

async function rowsOf(mysql: Mysql): Promise<string[][]> {
  try {
    return await mysql.query([copySql, statusSql, schemaSql, executedSql].join(";\n"));
  } catch (error) {
    if (error instanceof SqlError && error.code === noTable) return mysql.query(executedSql);
    throw error;
  }
}

/** How far a copy came: its stages that ended, then its bytes. */
function reachOf(stages: readonly Stage[]): readonly [number, number] {
  const ended = stages.filter(([, state]) => state === "Completed").length;
  return [ended, stages.reduce((sum, [, , data]) => sum + Number(data), 0)];
}

/** How far a node is that copies data or catches up, and when that last moved. */
export class Progress {
  /**
   * True if a copy was begun and has not ended. It drops the data first, so there is none; what is
   * left are directories, and perhaps the numbers of transactions (seen, MySQL 9.7). MySQL keeps on
   * its disk how far a copy came.
   */
  cloneIncomplete = false;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private movedAt = Number.NEGATIVE_INFINITY;
  private mark: string | undefined;
  private stage: Stage | undefined;
  private executed = "";
  /** Copies that were begun since one came further than all before it, that one too. */
  private tries = 0;
  private furthest: readonly [number, number] = [0, 0];
  /** What MySQL says of the copy that failed last. */
  private error = "";

  /** Looks at MySQL, at most once a second. @throws SqlError or Error, as `Mysql.query`. */
  async look(mysql: Mysql, nowMs: number): Promise<void> {
    if (nowMs - this.lookedAt < lookMs) return;
    this.take(await rowsOf(mysql), nowMs);
  }

  /** Takes what one look showed. */
  take(rows: readonly (readonly string[])[], nowMs: number): void {
    this.lookedAt = nowMs;
    const isOther = rows.some(([kind]) => kind === "copy to a folder");
    const stages = isOther
      ? []
      : rows.filter(([kind]) => kind === "stage").map(([, ...stage]) => stage);
    this.stage = stages.find(([, state]) => state === "In Progress");
    const of = (wanted: string) => rows.find(([kind]) => kind === wanted)?.[1];
    const isBroken = (of("copy") ?? "Completed") !== "Completed";
    const drop = stages.find(([name]) => name === "DROP DATA")?.[1] ?? "Not Started";
    // A member may have fetched everything from its peers' logs after a copy had failed.
    const isThere = drop === "Completed" && of("schema") !== "0";
    this.cloneIncomplete = isBroken && drop !== "Not Started" && !isThere;
    this.executed = of("executed") ?? "";
    this.judge(stages, rows.find(([kind]) => kind === "copy") ?? []);
    const mark = JSON.stringify([stages, this.executed]);
    if (this.mark !== undefined && mark !== this.mark) this.movedAt = nowMs;
    this.mark = mark;
  }

  /** Counts a copy that comes further than all before it as the first one. */
  private judge(stages: readonly Stage[], status: readonly string[]): void {
    const [, state, code = "0", message = ""] = status;
    if (state === "Failed" && code !== "0") this.error = `MySQL ${code}: ${message}`;
    // What an earlier copy left says nothing of this one.
    if (state !== "In Progress") return;
    const [ended, bytes] = reachOf(stages);
    const [mostEnded, mostBytes] = this.furthest;
    if (ended < mostEnded || (ended === mostEnded && bytes <= mostBytes)) return;
    this.furthest = [ended, bytes];
    this.tries = Math.min(this.tries, 1);
  }

  /** A copy begins, which counts as a move. */
  begin(nowMs: number): void {
    this.movedAt = nowMs;
    this.tries += 1;
  }

  /** Why copies fail again and again; undefined if they do not. */
  get failure(): string | undefined {
    if (this.tries <= mostTries) return undefined;
    return `${mostTries} copies of the data have failed, the last one with ${this.error || "no error"}`;
  }

  /** The node is a member, and has all data: the next copy is the first one. */
  arrive(): void {
    this.restart();
    this.tries = 0;
    this.furthest = [0, 0];
    this.error = "";
  }

  /** Another MySQL has not moved yet. */
  restart(): void {
    this.lookedAt = Number.NEGATIVE_INFINITY;
    this.movedAt = Number.NEGATIVE_INFINITY;
    this.cloneIncomplete = false;
    this.mark = undefined;
    this.stage = undefined;
  }

  /** True if the work goes on. */
  isMoving(nowMs: number): boolean {
    return nowMs - this.movedAt < movingMs;
  }

  /** True if a copy that had begun in this life of MySQL stands still. */
  isStuck(nowMs: number): boolean {
    if (!this.stage || !Number.isFinite(this.movedAt)) return false;
    // A MySQL that is too busy to answer may well be copying.
    if (nowMs - this.lookedAt > freshMs) return false;
    const limit = onOwnDisk.includes(this.stage[0] ?? "") ? stuckMs.ownDisk : stuckMs.copy;
    return nowMs - this.movedAt > limit;
  }

  /** The work in words, for a node that is to have the transactions `wanted`. */
  describe(wanted: string): string {
    if (this.stage) {
      const [name = "", , data, estimate] = this.stage;
      const bytes = Number(estimate) > 0 ? `, ${megabytes(data)} of ${megabytes(estimate)} MB` : "";
      return `copying data: ${name.toLowerCase()}${bytes}`;
    }
    return `catching up: ${Math.max(countOf(wanted) - countOf(this.executed), 0)} transactions behind`;
  }
}

function megabytes(bytes: string | undefined): number {
  return Math.round(Number(bytes) / 1e6);
}
