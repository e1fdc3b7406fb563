import { literal } from "../mysql/literal";
import { type RunSql, SqlError } from "./database";

/** Row of a lease in the database. */
export interface LeaseRow {
  /** Random id of the holder's process; empty if the lease is free. */
  token: string;
  /** Counter of renewals. */
  beats: number;
  /** Node of the holder. */
  node: string;
}

/** A waiting node's observation of a lease. */
export interface ObservedLease extends LeaseRow {
  /** Time at which this token and counter were first seen; milliseconds of the own monotonic clock. */
  since: number;
}

const noSuchTable = 1146;

/** Creates the table of leases. */
export const leaseTable = `CREATE TABLE IF NOT EXISTS webstack_leases (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  beats BIGINT UNSIGNED NOT NULL DEFAULT 0,
  node VARCHAR(64) NOT NULL DEFAULT '',
  renewed DATETIME(3) NULL COMMENT 'UTC; for people, nothing depends on it'
) ENGINE=InnoDB`;

/**
 * Updates the observation of a lease. A lease is free when its row has no holder; when the holder is a
 * process of this node, because systemd starts no second one; or when it was not renewed for `leaseMs`
 * of the own clock. No clock of another machine is used.
 *
 * @param now time at which the database's answer arrived.
 */
export function observeLease(
  before: ObservedLease | undefined,
  row: LeaseRow,
  { node, now, leaseMs }: { node: string; now: number; leaseMs: number },
): { watched: ObservedLease; free: boolean } {
  const same = before?.token === row.token && before.beats === row.beats;
  const since = same ? before.since : now;
  const free = row.token === "" || row.node === node || now - since >= leaseMs;
  return { watched: { ...row, since }, free };
}

/** A lease in the database, taken by compare-and-swap: an update names the state that the new holder has seen. */
export class Lease {
  constructor(
    private readonly sql: RunSql,
    private readonly name: string,
    /** Name of this node. */
    readonly node: string,
    /** Random id of this process. */
    readonly token: string,
  ) {}

  /** Reads the lease. @throws Error if the database does not answer in time. */
  async read(timeoutMs: number): Promise<LeaseRow> {
    const found = await this.run(this.select(), timeoutMs);
    if (found) return found;
    const made = `INSERT IGNORE INTO webstack_leases (name) VALUES (${literal(this.name)})`;
    return (await this.run(`${made};\n${this.select()}`, timeoutMs))!;
  }

  /**
   * Takes the lease in the state that was read, unless it was renewed or taken since.
   *
   * @returns true if this process has the lease now. After an error it may have it too; `read` tells.
   */
  async take({ token, beats }: LeaseRow, timeoutMs: number): Promise<boolean> {
    const seen = `token = ${literal(token)} AND beats = ${beats}`;
    const own = `token = ${literal(this.token)}, node = ${literal(this.node)}`;
    return this.change(`${own}, ${stamp}`, seen, timeoutMs);
  }

  /** Renews the lease. @returns false if another process has it. */
  async renew(timeoutMs: number): Promise<boolean> {
    return this.change(stamp, `token = ${literal(this.token)}`, timeoutMs);
  }

  /** Releases the lease. */
  async release(timeoutMs: number): Promise<void> {
    await this.change(
      `token = '', node = '', ${stamp}`,
      `token = ${literal(this.token)}`,
      timeoutMs,
    );
  }

  private async change(set: string, where: string, timeoutMs: number): Promise<boolean> {
    const named = `name = ${literal(this.name)}`;
    const sql = `UPDATE webstack_leases SET ${set} WHERE ${named} AND ${where};\n${this.select()}`;
    return (await this.run(sql, timeoutMs))?.token === this.token;
  }

  private select(): string {
    return `SELECT token, beats, node FROM webstack_leases WHERE name = ${literal(this.name)}`;
  }

  private async run(sql: string, timeoutMs: number): Promise<LeaseRow | undefined> {
    try {
      const [row] = await this.sql(sql, timeoutMs);
      return row && { token: row[0]!, beats: Number(row[1]), node: row[2]! };
    } catch (error) {
      if (!(error instanceof SqlError) || error.code !== noSuchTable) throw error;
      await this.sql(leaseTable, timeoutMs);
      return this.run(sql, timeoutMs);
    }
  }
}

const stamp = "beats = beats + 1, renewed = UTC_TIMESTAMP(3)";

/** Interval of lease renewals, and of checks of a lease that another node has, milliseconds. */
export const renewMs = 5_000;

/** Timeout of one database query, milliseconds; a switch of the primary takes longer. */
export const answerMs = 4_000;

/** Time without a renewal after which a holder stops, milliseconds: longer than a switch of the primary. */
export const giveUpMs = 20_000;

/** How long a process must live to count as started, milliseconds. */
export const aliveMs = 5_000;

/** Safety margin between the end of a holder and the start of the next one, milliseconds. */
const marginMs = 5_000;

/**
 * Expiry of a lease: time without a renewal after which another node may take it, milliseconds. By then the
 * holder has given up, had `stopSeconds` to end, and was killed, or systemd has killed it because it hung.
 */
export function leaseMs(stopSeconds: number): number {
  return giveUpMs + watchdogSeconds(stopSeconds) * 1_000 + marginMs;
}

/** WatchdogSec of a holder's unit: seconds without a notification after which systemd kills it. */
export function watchdogSeconds(stopSeconds: number): number {
  return stopSeconds + 15;
}

/** Renewal interval and give-up time of a job, as {@link renewMs} and {@link giveUpMs} of a worker, milliseconds. */
export const jobRenewMs = 10_000;

export const jobGiveUpMs = 60_000;

/** Seconds that a job has after SIGTERM until it is killed. */
export const jobStopSeconds = 10;

/** WatchdogSec of a job's unit: seconds without a notification after which systemd kills this program and its job. */
export const jobWatchdogSeconds = 30;

/**
 * Time without a renewal after which a run counts as lost, seconds of the database's clock. By then the job
 * was ended; half a minute is left for the clocks of the database's servers, of which the primary's counts.
 */
export const lostSeconds = 120;

/** How long the start of a job waits for the database, milliseconds; it outlasts a switch of the primary. */
export const claimMs = 60_000;
