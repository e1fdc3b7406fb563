import { literal } from "../../mysql/literal";
import { type Mysql, SqlError } from "../mysql";
import { writeOutside, writeUnlogged } from "./unlogged";
import type { Lineage } from "../core/ancestor";

/** No such database, no such table. */
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
 * Writes the lineage into the data, not into the log: every node says it of its own data. The node
 * is in no group, or it is the primary, which is open.
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
