/** A table named by a command line; `*` stands for all tables of the schema. */
export interface SelectedTable {
  schema: string;
  table: string;
}

/** A table in MySQL's catalog. */
export interface CatalogTable {
  schema: string;
  table: string;
  engine: string;
  hasPrimaryKey: boolean;
  /** Names of the table's triggers. */
  triggers: readonly string[];
}

/** Schemas of MySQL or of the stack itself: their content holds for one server, or for the present, only. */
const reserved = [
  ...["mysql", "sys", "performance_schema", "information_schema"],
  ...["webstack", "webstack_archive"],
];

/** True for a schema of MySQL or of the stack itself. */
export function isReserved(schema: string): boolean {
  return reserved.includes(schema.toLowerCase());
}

const name = String.raw`[^\s.,\`'"/\\*]{1,64}`;
const form = new RegExp(String.raw`^(${name})\.(${name}|\*)$`);

/**
 * Parses the value of `--tables`, such as `app.entry,shop.*`.
 *
 * @throws Error if a word is not a table, or names a schema that cannot be restored by itself.
 */
export function parseTables(text: string): SelectedTable[] {
  return text.split(",").map((word) => {
    const [, schema, table] = form.exec(word.trim()) ?? [];
    if (schema === undefined || table === undefined) {
      throw new Error(
        `--tables must be tables with their schema such as app.entry, or app.* for a whole schema, got ${JSON.stringify(word)}`,
      );
    }
    if (isReserved(schema)) {
      throw new Error(`--tables must not name MySQL's or the stack's own schemas, got ${schema}`);
    }
    return { schema, table };
  });
}

/** Query for MySQL's tables; {@link catalogOf} parses the result. */
export const catalogSql =
  "SET SESSION group_concat_max_len = 1000000; " +
  "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, IFNULL(t.ENGINE, ''), " +
  "(SELECT COUNT(*) FROM information_schema.TABLE_CONSTRAINTS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY'), " +
  "IFNULL((SELECT GROUP_CONCAT(g.TRIGGER_NAME) FROM information_schema.TRIGGERS g WHERE g.EVENT_OBJECT_SCHEMA = t.TABLE_SCHEMA AND g.EVENT_OBJECT_TABLE = t.TABLE_NAME), '') " +
  "FROM information_schema.TABLES t WHERE t.TABLE_TYPE = 'BASE TABLE' " +
  `AND t.TABLE_SCHEMA NOT IN (${reserved.map((each) => `'${each}'`).join(", ")}) ORDER BY 1, 2`;

/** Parses the result of {@link catalogSql}. */
export function catalogOf(rows: readonly string[]): CatalogTable[] {
  return rows.map((row) => {
    const [schema = "", table = "", engine = "", keys = "", triggers = ""] = row.split("\t");
    const names = triggers === "" ? [] : triggers.split(",");
    return { schema, table, engine, hasPrimaryKey: Number(keys) > 0, triggers: names };
  });
}

/**
 * The wanted tables of a catalog, in the catalog's order.
 *
 * @throws Error if a table is missing, or if Group Replication does not support it.
 */
export function chosenTables(
  selected: readonly SelectedTable[],
  catalog: readonly CatalogTable[],
): CatalogTable[] {
  const fits = (one: SelectedTable, { schema, table }: CatalogTable) =>
    one.schema === schema && (one.table === "*" || one.table === table);
  const absent = selected.filter((one) => !catalog.some((each) => fits(one, each)));
  if (absent.length > 0) {
    const names = absent.map(({ schema, table }) => `${schema}.${table}`).join(", ");
    throw new Error(`the restored database has no ${names}; choose another moment with --to`);
  }
  const chosen = catalog.filter((each) => selected.some((one) => fits(one, each)));
  const faults = chosen.flatMap(({ schema, table, engine, hasPrimaryKey }) => [
    ...(hasPrimaryKey ? [] : [`${schema}.${table} has no primary key`]),
    ...(engine === "InnoDB" ? [] : [`${schema}.${table} is of the engine ${engine}`]),
  ]);
  if (faults.length > 0) {
    throw new Error(
      `Group Replication takes tables of InnoDB with a primary key alone: ${faults.join("; ")}; name the other tables, or restore with --into new`,
    );
  }
  return chosen;
}
