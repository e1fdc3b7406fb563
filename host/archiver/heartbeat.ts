import { randomUUID } from "node:crypto";
import type { Mysql } from "../supervisor/mysql";

/** Schema of the archiver; its account writes nothing else. */
export const schema = "webstack_archive";

const createSql = [
  `CREATE DATABASE IF NOT EXISTS ${schema}`,
  // A database that is restored in the place of this one gets another row: its history is another one.
  `CREATE TABLE IF NOT EXISTS ${schema}.timeline (id CHAR(36) NOT NULL PRIMARY KEY, since DATETIME(6) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS ${schema}.heartbeat (id TINYINT NOT NULL PRIMARY KEY, at DATETIME(6) NOT NULL)`,
];

/** Makes tables and timeline on the primary, unless they are there. */
export async function provide(mysql: Mysql): Promise<void> {
  await mysql.query(
    [
      ...createSql,
      `INSERT INTO ${schema}.timeline SELECT '${randomUUID()}', UTC_TIMESTAMP(6) FROM DUAL WHERE NOT EXISTS (SELECT * FROM ${schema}.timeline)`,
    ].join(";\n"),
    15_000,
  );
}

/** Writes the time on the primary: a transaction every few seconds, so that silence means a fault. */
export async function beat(mysql: Mysql): Promise<void> {
  await mysql.query(
    `INSERT INTO ${schema}.heartbeat VALUES (1, UTC_TIMESTAMP(6)) AS new ON DUPLICATE KEY UPDATE at = new.at`,
    10_000,
  );
}

/** Id of the history that this database is in; undefined: none yet. */
export async function timelineOf(mysql: Mysql): Promise<string | undefined> {
  const rows = await mysql
    .query(`SELECT id FROM ${schema}.timeline ORDER BY since DESC, id LIMIT 1`, 5_000)
    .catch((error: Error) => {
      // No such schema or table: the primary has not made it, or it has not arrived.
      if (/doesn't exist|Unknown database|denied/.test(error.message)) return [];
      throw error;
    });
  return rows[0]?.[0];
}
