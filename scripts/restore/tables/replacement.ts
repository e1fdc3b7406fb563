import { literal, qualified } from "./sql";
import type { CatalogTable } from "./table-selection";

/** A foreign key of a table. */
export interface ForeignKey {
  name: string;
  /** The table with the foreign key, and the referenced table, as `schema.table`. */
  child: string;
  parent: string;
}

/** Query for all foreign keys; {@link foreignKeysOf} parses the result. */
export const foreignKeysSql =
  "SELECT DISTINCT CONSTRAINT_NAME, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), CONCAT(REFERENCED_TABLE_SCHEMA, '.', REFERENCED_TABLE_NAME) " +
  "FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL";

/** Parses the result of {@link foreignKeysSql}. */
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

/** Restored tables, and the present tables and foreign keys of the running stack. */
export interface Replacement {
  /** The restored tables. */
  tables: readonly CatalogTable[];
  /** The tables of the running stack. */
  present: readonly CatalogTable[];
  foreignKeys: readonly ForeignKey[];
}

/**
 * Refuses a replacement that one RENAME TABLE cannot do without harm to other tables.
 *
 * @throws Error that names the tables.
 */
export function checkReplacement({ tables, present, foreignKeys }: Replacement): void {
  const keys = new Set(tables.map(keyOf));
  const replaced = present.filter((each) => keys.has(keyOf(each)));
  // A table with triggers cannot move to another schema: error 1435.
  const triggered = [...tables, ...replaced].filter(({ triggers }) => triggers.length > 0);
  const names = replaced.map(keyOf);
  // Such a foreign key would follow the referenced table to its new schema.
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

/** One statement that moves the present tables away and the restored tables to their place. */
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

/** Query for the default character set and collation of a schema. */
export function charsetSql(schema: string): string {
  return `SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${literal(schema)}`;
}
