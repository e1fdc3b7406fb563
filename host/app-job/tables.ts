import { monotonicMs } from "../time/monotonic";
import type { RunSql } from "./database";

/** Longest wait for the database, milliseconds. */
const patienceMs = 15_000;

/**
 * Tables of the app's database with their engine, and whether each has a primary key or what is as good as
 * one to Group Replication: a unique key of whole columns that cannot be NULL.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/group-replication-requirements.html
 */
const tablesSql = `SELECT t.TABLE_NAME, IFNULL(t.ENGINE, '-'), IFNULL(MAX(k.fit), 0)
FROM information_schema.TABLES t LEFT JOIN (
  SELECT TABLE_NAME, INDEX_NAME = 'PRIMARY' OR SUM(NULLABLE = 'YES' OR SUB_PART IS NOT NULL) = 0 AS fit
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0
  GROUP BY TABLE_NAME, INDEX_NAME
) k ON k.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE'
GROUP BY t.TABLE_NAME, t.ENGINE ORDER BY t.TABLE_NAME`;

/** Problems of tables with backups and Group Replication; empty if there are none. */
export function tableProblems(rows: readonly (readonly string[])[]): string[] {
  const keyless = rows.filter(([, , keyed]) => keyed !== "1").map(([name]) => name);
  const foreign = rows.filter(([, engine]) => engine !== "InnoDB");
  return [
    ...(keyless.length > 0
      ? [
          `tables without a primary key: ${keyless.join(", ")}. MySQL Group Replication refuses writes to them. Add one, such as ` +
            `ALTER TABLE ${keyless[0]} ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST`,
        ]
      : []),
    ...(foreign.length > 0
      ? [
          `tables of another engine than InnoDB: ${foreign.map(([name, engine]) => `${name} (${engine})`).join(", ")}. ` +
            "Backups have none of their rows, and MySQL Group Replication refuses writes to them. " +
            `Change them: ALTER TABLE ${foreign[0]![0]} ENGINE = InnoDB`,
        ]
      : []),
  ];
}

/**
 * Checks the tables of the app's database.
 *
 * @returns the problems.
 * @throws Error if the database does not answer.
 */
export async function checkTables(
  sql: RunSql,
  pause: (milliseconds: number) => Promise<unknown>,
  now = monotonicMs,
): Promise<string[]> {
  const end = now() + patienceMs;
  for (;;) {
    try {
      return tableProblems(await sql(tablesSql, 5_000));
    } catch (error) {
      if (now() >= end) throw error;
    }
    await pause(1_000);
  }
}
