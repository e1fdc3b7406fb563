import type { Archiver } from "./archive";
import { query } from "./databases";
import type { StackOutputs } from "./outputs";

/**
 * Tables of another engine than InnoDB outside of MySQL's own schemas. MySQL's clone copies them without rows.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/clone-plugin-limitations.html
 */
const foreignSql = `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), IFNULL(ENGINE, 'no engine')
FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND IFNULL(ENGINE, '-') <> 'InnoDB'
AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1`;

/** Number of tables that a line names. */
const mostNamed = 10;

/**
 * The error about tables of which the backups have no rows; undefined: there are none.
 *
 * @param rows name and engine of each table, separated by a tab.
 */
export function foreignTables(rows: readonly string[]): string | undefined {
  if (rows.length === 0) return undefined;
  const tables = rows.map((row) => row.split("\t") as [string, string]);
  const named = tables.slice(0, mostNamed).map(([table, engine]) => `${table} (${engine})`);
  const more = rows.length > mostNamed ? ` and ${rows.length - mostNamed} more` : "";
  return (
    `tables of another engine than InnoDB: ${named.join(", ")}${more}. Bases and dumps have none of their rows, and a restore may fail at a change of one. ` +
    `Change them, and then take a base (npm run db:backup): ALTER TABLE ${tables[0]![0]} ENGINE = InnoDB`
  );
}

/**
 * Looks for tables of which the backups have no rows, on the node that archives or else on any node with backups.
 *
 * @returns errors, one line each.
 */
export async function foreignTableErrors(
  outputs: StackOutputs,
  found: ReadonlyMap<string, Archiver>,
): Promise<string[]> {
  const all = [...found];
  const active = all.find(([, one]) => one.kind === "state" && one.state.active);
  const node = (active ?? all.find(([, { kind }]) => kind === "state" || kind === "stopped"))?.[0];
  if (node === undefined) return [];
  try {
    const error = foreignTables(await query(outputs, node, foreignSql));
    return error === undefined ? [] : [error];
  } catch (error) {
    return [`the engines of the tables were not checked on ${node}: ${(error as Error).message}`];
  }
}
