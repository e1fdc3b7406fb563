import { randomUUID } from "node:crypto";
import { readLineage } from "../supervisor/actions/lineage-table";
import type { Lineage } from "../supervisor/core/ancestor";
import { includes } from "../supervisor/core/gtid";
import type { Mysql } from "../supervisor/mysql";
import { log } from "../supervisor/log";

/** Where the transactions of a MySQL come from. GTIDs alone do not tell: a later group may use them again. */
export interface Origin {
  /** Id of the database, from `webstack_archive.timeline`. */
  database: string;
  /** The groups that the data was in. A founder writes its group here before that group serves. */
  lineage: Lineage;
}

/** Reads where the data comes from; undefined: the primary has not written the id of the database yet. */
export async function readOrigin(mysql: Mysql): Promise<Origin | undefined> {
  const database = await timelineOf(mysql);
  return database === undefined ? undefined : { database, lineage: await readLineage(mysql) };
}

/** Name of the group that the data was in last, such as `7@db-1`; empty: none. */
export function groupOf({ lineage }: Origin): string {
  return lineage.at(-1)?.epoch ?? "";
}

/** An origin in one line, to compare two of them. */
export function originText(origin: Origin): string {
  return `${origin.database} ${groupOf(origin)}`;
}

/** End of a history in the store. */
export interface Archived {
  /** Group whose transactions it ends with; empty: none. Undefined: written by a version that did not record it. */
  group: string | undefined;
  /** GTID set of everything archived. */
  archived: string;
}

/**
 * Position in the lineage of the group with which a history ends, if data of that lineage continues the
 * history; -1: before the first group that is known. Undefined: the data does not continue it.
 *
 * Data continues a history if the history ends with a group that the data was in, and if each later group was
 * founded with everything that is archived. An operator's override founds a group whatever is lost, and numbers
 * that were given since then prove nothing: it always ends a history.
 */
export function continuedAt(
  { lineage }: Pick<Origin, "lineage">,
  { group, archived }: Archived,
): number | undefined {
  const at = group ? lineage.findLastIndex(({ epoch }) => epoch === group) : -1;
  if (group && at < 0) return undefined;
  const later = lineage.slice(at + 1);
  if (group === undefined && archived === "") return -1;
  if (later.some(({ override }) => override)) return undefined;
  const isKept = later.every(({ founding }) => includes(founding, archived));
  return isKept || group === undefined ? at : undefined;
}

/** Schema of the archiver, the only one that its account may write. */
export const schema = "webstack_archive";

const createSql = [
  `CREATE DATABASE IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.timeline (id CHAR(36) NOT NULL PRIMARY KEY, since DATETIME(6) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ${schema}.heartbeat (id TINYINT NOT NULL PRIMARY KEY, at DATETIME(6) NOT NULL)`,
];

/** Creates the tables on the primary, if they do not exist. */
async function createTables(mysql: Mysql): Promise<void> {
  await mysql.query(createSql.join(";\n"), 15_000);
}

/**
 * Writes the time on the primary: a transaction every few seconds, so that a silent binary log means a
 * fault. A timeline that an operator has deleted is replaced by a new one, which writes nothing otherwise.
 */
async function writeHeartbeat(mysql: Mysql): Promise<void> {
  await mysql.query(
    [
      `INSERT INTO ${schema}.timeline SELECT '${randomUUID()}', UTC_TIMESTAMP(6) FROM DUAL WHERE NOT EXISTS (SELECT * FROM ${schema}.timeline)`,
      `INSERT INTO ${schema}.heartbeat VALUES (1, UTC_TIMESTAMP(6)) AS new ON DUPLICATE KEY UPDATE at = new.at`,
    ].join(";\n"),
    10_000,
  );
}

/**
 * Gives the data another id, which begins another history. The row of the earlier id stays; `since` orders the rows also
 * if the clock went back.
 */
export async function renewDatabase(mysql: Mysql): Promise<void> {
  const sinceSql = `COALESCE(GREATEST(UTC_TIMESTAMP(6), MAX(since) + INTERVAL 1 MICROSECOND), UTC_TIMESTAMP(6))`;
  await mysql.query(
    `INSERT INTO ${schema}.timeline SELECT '${randomUUID()}', ${sinceSql} FROM ${schema}.timeline`,
    10_000,
  );
}

/** Id of this database, with which its histories in the store begin; undefined: none yet. */
async function timelineOf(mysql: Mysql): Promise<string | undefined> {
  const rows = await mysql
    .query(`SELECT id FROM ${schema}.timeline ORDER BY since DESC, id LIMIT 1`, 5_000)
    .catch((error: Error) => {
      // The primary has not created the schema or table yet, or they have not been replicated.
      if (/doesn't exist|Unknown database|denied/.test(error.message)) return [];
      throw error;
    });
  return rows[0]?.[0];
}

/** Writes the heartbeats of the primary. */
export class Heartbeat {
  /** True if the tables exist. */
  private provided = false;

  /**
   * @param mayWrite asked right before each write: a write in a group other than the valid one takes the number of a
   * transaction that the valid group gives to another write.
   */
  constructor(
    private readonly mysql: Mysql,
    private readonly mayWrite: () => Promise<boolean>,
  ) {}

  /** Writes a heartbeat, and before the first one the tables, if this node may write. Logs a failure. */
  async beat(): Promise<void> {
    try {
      if (!this.provided && (await this.mayWrite())) {
        await createTables(this.mysql);
        this.provided = true;
      }
      if (this.provided && (await this.mayWrite())) await writeHeartbeat(this.mysql);
    } catch (error) {
      this.provided = false;
      log(4, `heartbeat failed: ${(error as Error).message}`);
    }
  }
}
