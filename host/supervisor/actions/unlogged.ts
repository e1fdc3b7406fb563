import type { Mysql } from "../mysql";

/** Longest run of the statements, milliseconds. */
const longestMs = 15_000;

/** Runs statements on a node that accepts writes, without writing them to the binary log. */
export async function writeUnlogged(mysql: Mysql, statements: readonly string[]): Promise<void> {
  const sql = ["SET SESSION sql_log_bin = 0", ...statements, "SET SESSION sql_log_bin = 1"];
  await mysql.query(sql.join(";\n"), longestMs);
}

/**
 * Runs statements on a node that is in no group, without writing them to the binary log. `super_read_only`
 * is off meanwhile and on again afterwards, also after a failure. `read_only` stays on, so that only users
 * with `CONNECTION_ADMIN` can write; the app has not got it.
 */
export async function writeOutside(mysql: Mysql, statements: readonly string[]): Promise<void> {
  // Setting read_only first turns neither of the two off.
  const open = ["SET GLOBAL read_only = ON", "SET GLOBAL super_read_only = OFF"];
  try {
    await writeUnlogged(mysql, [...open, ...statements]);
  } finally {
    await mysql.query("SET GLOBAL super_read_only = ON", longestMs);
  }
}
