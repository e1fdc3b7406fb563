import { countOf } from "../core/gtid";
import { type Mysql, SqlError } from "../mysql";

/** One stage of a clone: name, state, bytes copied, bytes expected. */
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

/** Pause between two polls, milliseconds. */
const pollMs = 1_000;
/** Age from which a poll is stale, milliseconds. */
const freshMs = 5_000;
/** Time without progress after which a clone or recovery no longer counts as under way, milliseconds. */
const movingMs = 30_000;
/**
 * Time without progress after which a clone is given up, milliseconds: a clone whose donor is gone waits
 * for ever. Stages that work only on the own disk report nothing until they end, and may take longer.
 */
const stuckMs = { copy: 60_000, ownDisk: 600_000 };
const onOwnDisk = ["DROP DATA", "FILE SYNC"];

/**
 * After this many clones in a row that came no further than an earlier one, the failure is permanent. With
 * the waits between them these attempts take at least 48 s: longer than a donor takes to restart.
 */
const maxTries = 5;

/** MySQL error "no such table": the clone plugin is not installed. */
const noTable = 1146;

async function rowsOf(mysql: Mysql): Promise<string[][]> {
  try {
    return await mysql.query([copySql, statusSql, schemaSql, executedSql].join(";\n"));
  } catch (error) {
    if (error instanceof SqlError && error.code === noTable) return mysql.query(executedSql);
    throw error;
  }
}

/** Progress of a clone: number of completed stages, then bytes. */
function reachOf(stages: readonly Stage[]): readonly [number, number] {
  const ended = stages.filter(([, state]) => state === "Completed").length;
  return [ended, stages.reduce((sum, [, , data]) => sum + Number(data), 0)];
}

/** Progress of a node that is cloned or recovers, and the time of the last change. */
export class CloneProgress {
  /**
   * True if a clone began and has not completed. A clone drops the data first, so the node has none;
   * directories and perhaps GTIDs are left (seen, MySQL 9.7). MySQL keeps the state of a clone on its
   * disk.
   */
  cloneIncomplete = false;
  private polledAt = Number.NEGATIVE_INFINITY;
  private movedAt = Number.NEGATIVE_INFINITY;
  private mark: string | undefined;
  private stage: Stage | undefined;
  private executed = "";
  /** Clones started since the one that came furthest, including that one. */
  private tries = 0;
  private furthest: readonly [number, number] = [0, 0];
  /** MySQL's error of the last failed clone. */
  private error = "";

  /** Polls MySQL, at most once a second. @throws SqlError or Error, as `Mysql.query`. */
  async poll(mysql: Mysql, nowMs: number): Promise<void> {
    if (nowMs - this.polledAt < pollMs) return;
    this.take(await rowsOf(mysql), nowMs);
  }

  /** Processes the rows of one poll. */
  take(rows: readonly (readonly string[])[], nowMs: number): void {
    this.polledAt = nowMs;
    const isOther = rows.some(([kind]) => kind === "copy to a folder");
    const stages = isOther
      ? []
      : rows.filter(([kind]) => kind === "stage").map(([, ...stage]) => stage);
    this.stage = stages.find(([, state]) => state === "In Progress");
    const of = (wanted: string) => rows.find(([kind]) => kind === wanted)?.[1];
    const isBroken = (of("copy") ?? "Completed") !== "Completed";
    const drop = stages.find(([name]) => name === "DROP DATA")?.[1] ?? "Not Started";
    // After a failed clone a member may have recovered everything from its peers' binary logs.
    const isThere = drop === "Completed" && of("schema") !== "0";
    this.cloneIncomplete = isBroken && drop !== "Not Started" && !isThere;
    this.executed = of("executed") ?? "";
    this.judge(stages, rows.find(([kind]) => kind === "copy") ?? []);
    const mark = JSON.stringify([stages, this.executed]);
    if (this.mark !== undefined && mark !== this.mark) this.movedAt = nowMs;
    this.mark = mark;
  }

  /** Resets the count of attempts when a clone comes further than all before. */
  private judge(stages: readonly Stage[], status: readonly string[]): void {
    const [, state, code = "0", message = ""] = status;
    if (state === "Failed" && code !== "0") this.error = `MySQL ${code}: ${message}`;
    // What an earlier clone left behind says nothing about this one.
    if (state !== "In Progress") return;
    const [ended, bytes] = reachOf(stages);
    const [mostEnded, mostBytes] = this.furthest;
    if (ended < mostEnded || (ended === mostEnded && bytes <= mostBytes)) return;
    this.furthest = [ended, bytes];
    this.tries = Math.min(this.tries, 1);
  }

  /** Records the start of a clone, which counts as progress. */
  begin(nowMs: number): void {
    this.movedAt = nowMs;
    this.tries += 1;
  }

  /** Why clones fail repeatedly; undefined if they do not. */
  get failure(): string | undefined {
    if (this.tries <= maxTries) return undefined;
    return `${maxTries} clones in a row have failed, the last one with ${this.error || "no error"}`;
  }

  /** Resets everything: the node is a member with all data. */
  reset(): void {
    this.restart();
    this.tries = 0;
    this.furthest = [0, 0];
    this.error = "";
  }

  /** Resets the progress after a restart of MySQL. */
  restart(): void {
    this.polledAt = Number.NEGATIVE_INFINITY;
    this.movedAt = Number.NEGATIVE_INFINITY;
    this.cloneIncomplete = false;
    this.mark = undefined;
    this.stage = undefined;
  }

  /** True if a clone or recovery makes progress. */
  isMoving(nowMs: number): boolean {
    return nowMs - this.movedAt < movingMs;
  }

  /** True if a clone of this MySQL process makes no progress. */
  isStuck(nowMs: number): boolean {
    if (!this.stage || !Number.isFinite(this.movedAt)) return false;
    // A MySQL that is too busy to answer may still be cloning.
    if (nowMs - this.polledAt > freshMs) return false;
    const limit = onOwnDisk.includes(this.stage[0] ?? "") ? stuckMs.ownDisk : stuckMs.copy;
    return nowMs - this.movedAt > limit;
  }

  /** Describes the progress towards the GTID set `wanted`. */
  describe(wanted: string): string {
    if (this.stage) {
      const [name = "", , data, estimate] = this.stage;
      const bytes = Number(estimate) > 0 ? `, ${megabytes(data)} of ${megabytes(estimate)} MB` : "";
      return `cloning data: ${name.toLowerCase()}${bytes}`;
    }
    return `catching up: ${Math.max(countOf(wanted) - countOf(this.executed), 0)} transactions behind`;
  }
}

function megabytes(bytes: string | undefined): number {
  return Math.round(Number(bytes) / 1e6);
}
