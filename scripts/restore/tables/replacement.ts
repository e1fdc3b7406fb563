import { literal, qualified } from "./identifier";
import type { CatalogTable } from "./wanted";

/** A foreign key of a table. */
export interface ForeignKey {
  name: string;
  /** The table that has it, and the one that it leads to, as `schema.table`. */
  child: string;
  parent: string;
}

/** Asks for all foreign keys; {@link foreignKeysOf} reads the answer. */
export const foreignKeysSql =
  "SELECT DISTINCT CONSTRAINT_NAME, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), CONCAT(REFERENCED_TABLE_SCHEMA, '.', REFERENCED_TABLE_NAME) " +
  "FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL";

/** Foreign keys of the rows that {@link foreignKeysSql} gives. */
export function foreignKeysOf(rows: readonly string[]): ForeignKey[] {
  return rows.map((row) => {
    const [name = "", child = "", parent = ""] = row.split("\t");
    return { name, child, parent };
  });
}

/** `schema.table` of a table. */
export function keyOf({ schema, table }: Pick<CatalogTable, "schema" | "table">): string {
  return `${schema}.${table}`;
}

/** What takes the place of what. */
export interface Replacement {
  /** The restored tables. */
  tables: readonly CatalogTable[];
  /** What the running stack has. */
  present: readonly CatalogTable[];
  foreignKeys: readonly ForeignKey[];
}

/**
 * Refuses what one RENAME TABLE cannot do without harm to the tables around.
 *
 * @throws Error that names the tables.
 */
export function checkReplacement({ tables, present, foreignKeys }: Replacement): void {
  const keys = new Set(tables.map(keyOf));
  const replaced = present.filter((each) => keys.has(keyOf(each)));
  // A table with triggers cannot go to another schema: error 1435.
  const triggered = [...tables, ...replaced].filter(({ triggers }) => triggers.length > 0);
  const names = replaced.map(keyOf);
  // Such a key would follow its table to where that is moved.
  const pointing = foreignKeys.filter(
    ({ child, parent }) => names.includes(parent) && !keys.has(child),
  );
  const faults = [
    ...triggered.map((each) => `${keyOf(each)} has triggers (${each.triggers.join(", ")})`),
    ...pointing.map(({ name, child, parent }) => `${child} leads to ${parent} by ${name}`),
  ];
  if (faults.length === 0) return;
  const unique = [...new Set(faults)];
  throw new Error(
    `--replace cannot do this: ${unique.join("; ")}; leave --replace out, and copy the rows from the restored schema`,
  );
}

/** One statement that moves what is present away and the restored tables to their place. */
export function renameSql(
  { tables, present }: Pick<Replacement, "tables" | "present">,
  schemas: { restored: (schema: string) => string; replaced: (schema: string) => string },
): string {
  const there = new Set(present.map(keyOf));
  const moves = tables.flatMap(({ schema, table }) => [
    ...(there.has(`${schema}.${table}`)
      ? [`${qualified(schema, table)} TO ${qualified(schemas.replaced(schema), table)}`]
      : []),
    `${qualified(schemas.restored(schema), table)} TO ${qualified(schema, table)}`,
  ]);
  return `RENAME TABLE ${moves.join(", ")}`;
}

/** Asks how a schema writes text by default. */
export function charsetSql(schema: string): string {
  return `SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${literal(schema)}`;
}
