import { randomUUID } from "node:crypto";
import type { Mysql } from "../supervisor/mysql";

/** Schema of the archiver, the only one that its account may write. */
export const schema = "webstack_archive";

const createSql = [
  `CREATE DATABASE IF NOT EXISTS ${schema}`,
  `CREATE TABLE IF NOT EXISTS ${schema}.timeline (id CHAR(36) NOT NULL PRIMARY KEY, since DATETIME(6) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ${schema}.heartbeat (id TINYINT NOT NULL PRIMARY KEY, at DATETIME(6) NOT NULL)`,
];

/** Creates the tables on the primary, if they do not exist. */
export async function createTables(mysql: Mysql): Promise<void> {
  await mysql.query(createSql.join(";\n"), 15_000);
}

/**
 * Writes the time on the primary: a transaction every few seconds, so that a silent binary log means a
 * fault. A timeline that an operator has deleted is replaced by a new one, which writes nothing otherwise.
 */
export async function writeHeartbeat(mysql: Mysql): Promise<void> {
  await mysql.query(
    [
      `INSERT INTO ${schema}.timeline SELECT '${randomUUID()}', UTC_TIMESTAMP(6) FROM DUAL WHERE NOT EXISTS (SELECT * FROM ${schema}.timeline)`,
      `INSERT INTO ${schema}.heartbeat VALUES (1, UTC_TIMESTAMP(6)) AS new ON DUPLICATE KEY UPDATE at = new.at`,
    ].join(";\n"),
    10_000,
  );
}

/** Id of this database, with which its histories in the store begin; undefined: none yet. */
export async function timelineOf(mysql: Mysql): Promise<string | undefined> {
  const rows = await mysql
    .query(`SELECT id FROM ${schema}.timeline ORDER BY since DESC, id LIMIT 1`, 5_000)
    .catch((error: Error) => {
      // The primary has not created the schema or table yet, or they have not been replicated.
      if (/doesn't exist|Unknown database|denied/.test(error.message)) return [];
      throw error;
    });
  return rows[0]?.[0];
}
