import { createHash } from "node:crypto";

/** Rows of a query. */
export type Ask = (sql: string) => string[] | Promise<string[]>;

/** A hash for each table, procedure, user and grant: all rows, in the order of the primary key. */
export async function contentOf(ask: Ask): Promise<Record<string, string>> {
  const tables = await ask(
    "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE 'app%' ORDER BY 1",
  );
  const found: Record<string, string> = {};
  for (const table of tables) {
    const [schema, name] = table.split(".");
    const rows = await ask(`SELECT * FROM \`${schema}\`.\`${name}\` ORDER BY 1`);
    const [create] = await ask(`SHOW CREATE TABLE \`${schema}\`.\`${name}\``);
    found[table] = `${rows.length} rows ${hash([create ?? "", ...rows])}`;
  }
  const routines = await ask(
    "SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA LIKE 'app%' ORDER BY 1",
  );
  const grants = await ask(
    "SELECT User, Host, Db, Select_priv FROM mysql.db WHERE Db LIKE 'app%' ORDER BY 1, 2, 3",
  );
  return { ...found, routines: hash(routines), grants: hash(grants) };
}

function hash(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

/** What differs between two contents, a line each; the same: none. */
export function differences(a: Record<string, string>, b: Record<string, string>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name] ?? "not there"} / ${b[name] ?? "not there"}`);
}
