import type { RestoredServer } from "./restored-server";

/** A checked table. */
export interface Inspected {
  table: string;
  rows: number;
}

/** Checks all tables and counts their rows. @throws Error if MySQL's check reports a damaged table. */
export async function inspect(server: Pick<RestoredServer, "query">): Promise<Inspected[]> {
  const tables = await server.query(
    "SELECT CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`') FROM information_schema.TABLES " +
      "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1",
  );
  const found: Inspected[] = [];
  for (const table of tables) {
    const [rows = "?"] = await server.query(`SELECT COUNT(*) FROM ${table}`);
    const check = (await server.query(`CHECK TABLE ${table}`)).at(-1)?.split("\t").at(-1);
    if (check !== "OK") throw new Error(`${table}: ${check}`);
    found.push({ table: table.replaceAll("`", ""), rows: Number(rows) });
  }
  return found;
}

/** As {@link inspect}; tells an operator each table with its rows. */
export async function inspectAloud(
  server: Pick<RestoredServer, "query">,
  say: (line: string) => void,
): Promise<Inspected[]> {
  const tables = await inspect(server);
  for (const { table, rows } of tables) say(`  ${table}  ${rows} rows, checked`);
  return tables;
}
