import { monotonicMs } from "../../time/monotonic";

/** Answers to a query, one row after the other, columns as text. */
type Query = (sql: string) => Promise<string[][]>;

/** Longest time for all tables, milliseconds: the base waits for it. */
const allMs = 2 * 3_600_000;

/** Schemas of MySQL itself; their tables differ between servers with the same data. */
const own = "'mysql', 'sys', 'performance_schema', 'information_schema'";

/**
 * Checksums of all tables of a copy; undefined if they fail or take longer than two hours, which is no reason to have
 * no base.
 *
 * @param query second argument: longest answer, milliseconds.
 * @param say receives the reason for a failure.
 */
export async function sumsOfCopy(
  query: (sql: string, answerMs: number) => Promise<string[][]>,
  say: (reason: string) => void,
): Promise<Record<string, string> | undefined> {
  const end = monotonicMs() + allMs;
  try {
    return await tableSums((sql) => query(sql, Math.max(1, end - monotonicMs())));
  } catch (error) {
    say(`the tables have no checksums: ${(error as Error).message}`);
    return undefined;
  }
}

/**
 * Checksum of each table's rows by `schema.table`, from MySQL's `CHECKSUM TABLE`: decimal digits. Two servers of the same
 * version with the same table definitions have the same checksum for the same rows. Reads all data once.
 *
 * Source: https://dev.mysql.com/doc/refman/9.7/en/checksum-table.html
 */
export async function tableSums(query: Query): Promise<Record<string, string>> {
  const tables = await query(
    "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES " +
      `WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (${own}) ORDER BY 1, 2`,
  );
  const sums: Record<string, string> = {};
  for (const names of tables) {
    const quoted = names.map((name) => `\`${name.replaceAll("`", "``")}\``);
    const [row] = await query(`CHECKSUM TABLE ${quoted.join(".")}`);
    sums[names.join(".")] = row?.[1] ?? "none";
  }
  return sums;
}
