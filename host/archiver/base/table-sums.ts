/** Answers to a query, one row after the other, columns as text. */
type Query = (sql: string) => Promise<string[][]>;

/** Schemas of MySQL itself; their tables differ between servers with the same data. */
const own = "'mysql', 'sys', 'performance_schema', 'information_schema'";

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
