import type { Mysql } from "../mysql";

/** Longest run of the statements, milliseconds. */
const longestMs = 15_000;

/** Runs statements on a node that takes writes, without writing them to its log. */
export async function writeUnlogged(mysql: Mysql, statements: readonly string[]): Promise<void> {
  const sql = ["SET SESSION sql_log_bin = 0", ...statements, "SET SESSION sql_log_bin = 1"];
  await mysql.query(sql.join(";\n"), longestMs);
}

/**
 * Runs statements on a node that is in no group, without writing them to its log. `super_read_only`
 * is off meanwhile, and on again whatever comes of them. `read_only` stays on, so that nobody writes
 * but who has `CONNECTION_ADMIN`: never the app.
 */
export async function writeOutside(mysql: Mysql, statements: readonly string[]): Promise<void> {
  // The first one opens nothing: it turns neither of the two off.
  const open = ["SET GLOBAL read_only = ON", "SET GLOBAL super_read_only = OFF"];
  try {
    await writeUnlogged(mysql, [...open, ...statements]);
  } finally {
    await mysql.query("SET GLOBAL super_read_only = ON", longestMs);
  }
}
