import { literal } from "../mysql/literal";
import { lostSeconds, leaseTable } from "./lease";
import { type RunSql, SqlError } from "./database";

/** A run of a job. */
export interface JobRun {
  /** Name of the job. */
  job: string;
  /** Due time in UTC in MySQL's format, such as `2026-03-29 01:30:00`. */
  due: string;
  /** Node that runs it. */
  node: string;
  /** Random id of this process. */
  token: string;
}

/** How a run ended: with status 0, with another status, or stopped by this program. */
export type RunEnd = "done" | "failed" | "stopped";

/** Result of an attempt to start a run. */
export interface Claim {
  /** True if this node starts the run. */
  mine: boolean;
  /** State of the run, such as `running` or `skipped`. */
  state: string;
  /** Node that runs the job, or that recorded the run as skipped. */
  node: string;
}

/** Days for which runs are kept in the table. */
const keptDays = 30;

const noSuchTable = 1146;
const table = `CREATE TABLE IF NOT EXISTS webstack_jobs (
  job VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due DATETIME NOT NULL COMMENT 'this and all other times: UTC',
  state ENUM('running', 'done', 'failed', 'stopped', 'lost', 'skipped') NOT NULL,
  node VARCHAR(64) NOT NULL,
  started DATETIME(3) NOT NULL,
  ended DATETIME(3) NULL,
  status SMALLINT UNSIGNED NULL COMMENT 'exit status; 128 and the number of a signal',
  alive DATETIME(3) NOT NULL,
  token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (job, due),
  KEY state (job, state)
) ENGINE=InnoDB`;

/**
 * Statements that start a run on at most one node: job and due time are the primary key. The nodes execute
 * them one after the other, because each first locks the job's row in the table of leases. A previous run
 * that still runs on another node makes this one skipped; systemd starts no second run on the same node.
 * Repeated with the same token the statements give the same result.
 */
export function claimSql({ job, due, node, token }: JobRun): string {
  const [name, moment, who, own] = [job, due, node, token].map(literal);
  const lock = literal(`cron ${job}`);
  const running = `SELECT * FROM webstack_jobs AS other WHERE other.job = ${name} AND other.state = 'running'`;
  return [
    "START TRANSACTION",
    `INSERT IGNORE INTO webstack_leases (name) VALUES (${lock})`,
    `SELECT name FROM webstack_leases WHERE name = ${lock} FOR UPDATE`,
    `UPDATE webstack_jobs SET state = 'lost', ended = UTC_TIMESTAMP(3) WHERE job = ${name} AND state = 'running' ` +
      `AND (alive < UTC_TIMESTAMP(3) - INTERVAL ${lostSeconds} SECOND OR node = ${who} AND token <> ${own})`,
    "INSERT INTO webstack_jobs (job, due, state, node, started, alive, token) " +
      `SELECT ${name}, ${moment}, IF(EXISTS(${running}), 'skipped', 'running'), ${who}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ${own} ` +
      "ON DUPLICATE KEY UPDATE webstack_jobs.job = webstack_jobs.job",
    `DELETE FROM webstack_jobs WHERE job = ${name} AND state <> 'running' ` +
      `AND due < UTC_TIMESTAMP() - INTERVAL ${keptDays} DAY ORDER BY due LIMIT 1000`,
    "COMMIT",
    `SELECT token, state, node FROM webstack_jobs WHERE job = ${name} AND due = ${moment}`,
  ].join(";\n");
}

/** The runs of the app's jobs, in the app's database. */
export class RunTable {
  constructor(
    private readonly sql: RunSql,
    private readonly own: JobRun,
  ) {}

  /** Starts the run, unless another node has, or the previous run still runs. @throws Error if that is unknown. */
  async claim(timeoutMs: number): Promise<Claim> {
    const rows = await this.withTables(claimSql(this.own), timeoutMs);
    const [token, state = "", node = ""] = rows.at(-1) ?? [];
    return { mine: token === this.own.token && state === "running", state, node };
  }

  /** Records that the run is alive. @returns false if the run counts as lost by now. */
  async renew(timeoutMs: number): Promise<boolean> {
    const sql = `UPDATE webstack_jobs SET alive = UTC_TIMESTAMP(3) WHERE ${this.isOwn()}`;
    const [changed] = await this.sql(`${sql};\nSELECT ROW_COUNT()`, timeoutMs);
    return changed?.[0] === "1";
  }

  /** Records how the run ended. */
  async end(state: RunEnd, status: number, timeoutMs: number): Promise<void> {
    const set = `state = '${state}', status = ${status}, ended = UTC_TIMESTAMP(3)`;
    await this.sql(`UPDATE webstack_jobs SET ${set} WHERE ${this.isOwn()}`, timeoutMs);
  }

  private isOwn(): string {
    const { job, due, token } = this.own;
    const key = `job = ${literal(job)} AND due = ${literal(due)}`;
    return `${key} AND token = ${literal(token)} AND state = 'running'`;
  }

  private async withTables(sql: string, timeoutMs: number): Promise<string[][]> {
    try {
      return await this.sql(sql, timeoutMs);
    } catch (error) {
      if (!(error instanceof SqlError) || error.code !== noSuchTable) throw error;
      await this.sql(`${leaseTable};\n${table}`, timeoutMs);
      return this.sql(sql, timeoutMs);
    }
  }
}
