import { literal } from "../../mysql/literal";
import { type Mysql, SqlError, writeOutside, writeUnlogged } from "../mysql";
import type { Lineage } from "../core/ancestor";

/** MySQL errors: unknown database, unknown table. */
const absent = [1049, 1146];

/** Reads the lineage of the data; empty if none was written. */
export async function readLineage(mysql: Mysql): Promise<Lineage> {
  try {
    const [row] = await mysql.query("SELECT groups_of FROM webstack.lineage");
    return row ? (JSON.parse(row[0]!) as Lineage) : [];
  } catch (error) {
    if (error instanceof SqlError && absent.includes(error.code)) return [];
    throw error;
  }
}

/**
 * Writes the lineage into the database but not into the binary log, because each node's data has its own
 * lineage. The node is in no group, or it is the primary and accepts writes.
 */
export async function writeLineage(
  mysql: Mysql,
  lineage: Lineage,
  isPrimary: boolean,
): Promise<void> {
  const statements = [
    "CREATE DATABASE IF NOT EXISTS webstack",
    "CREATE TABLE IF NOT EXISTS webstack.lineage (id TINYINT PRIMARY KEY, groups_of MEDIUMTEXT NOT NULL)",
    `REPLACE INTO webstack.lineage VALUES (1, ${literal(JSON.stringify(lineage))})`,
  ];
  await (isPrimary ? writeUnlogged : writeOutside)(mysql, statements);
}
