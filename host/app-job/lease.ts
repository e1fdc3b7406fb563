import { literal } from "../mysql/literal";
import type { RunSql } from "./database";
import { SqlError } from "./database";

/** Who has a lease, as the database says. */
export interface LeaseRow {
  /** Random name of the holder's run; empty if nobody has it. */
  token: string;
  /** Number that grows with each renewal. */
  beats: number;
  /** Node of the holder. */
  node: string;
}

/** What somebody who waits has seen of a lease that another one has. */
export interface Watched extends LeaseRow {
  /** When this token and this number were first seen; milliseconds of the own monotonic clock. */
  since: number;
}

const noSuchTable = 1146;
/** Makes the table of leases. */
export const leaseTable = `CREATE TABLE IF NOT EXISTS webstack_leases (
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  token CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  beats BIGINT UNSIGNED NOT NULL DEFAULT 0,
  node VARCHAR(64) NOT NULL DEFAULT '',
  renewed DATETIME(3) NULL COMMENT 'UTC; for people, nothing depends on it'
) ENGINE=InnoDB`;

/**
 * What is known of a lease after one more look at it. A lease may be taken when its row says that nobody has
 * it; when a run on the own node had it, since systemd begins none before the one before has ended; or when it
 * was not renewed for `leaseMs` of the own clock: no clock of another machine counts.
 *
 * @param now when the answer of the database was there.
 */
export function looked(
  before: Watched | undefined,
  row: LeaseRow,
  { node, now, leaseMs }: { node: string; now: number; leaseMs: number },
): { watched: Watched; free: boolean } {
  const same = before?.token === row.token && before.beats === row.beats;
  const since = same ? before.since : now;
  const free = row.token === "" || row.node === node || now - since >= leaseMs;
  return { watched: { ...row, since }, free };
}

/** A lease in the database: a row that changes only from what its new holder has seen. */
export class Lease {
  constructor(
    private readonly sql: RunSql,
    private readonly name: string,
    /** Own node. */
    readonly node: string,
    /** Random name of this run. */
    readonly token: string,
  ) {}

  /** Who has it. @throws Error if the database does not answer in time. */
  async read(timeoutMs: number): Promise<LeaseRow> {
    const found = await this.run(this.select(), timeoutMs);
    if (found) return found;
    const made = `INSERT IGNORE INTO webstack_leases (name) VALUES (${literal(this.name)})`;
    return (await this.run(`${made};\n${this.select()}`, timeoutMs))!;
  }

  /**
   * Takes it from whom was seen, unless somebody renewed or took it since.
   *
   * @returns true if it is the own one now. After an error it may be all the same: `read` tells.
   */
  async take({ token, beats }: LeaseRow, timeoutMs: number): Promise<boolean> {
    const seen = `token = ${literal(token)} AND beats = ${beats}`;
    const own = `token = ${literal(this.token)}, node = ${literal(this.node)}`;
    return this.change(`${own}, ${stamp}`, seen, timeoutMs);
  }

  /** Says that the holder lives. @returns false if it is another one's. */
  async renew(timeoutMs: number): Promise<boolean> {
    return this.change(stamp, `token = ${literal(this.token)}`, timeoutMs);
  }

  /** Gives it back at once. */
  async giveBack(timeoutMs: number): Promise<void> {
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
