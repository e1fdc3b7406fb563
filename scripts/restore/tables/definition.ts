import { identifier } from "./sql";

/** Target of a table's definition. */
export interface Place {
  /** Present schema of the table. */
  from: string;
  /** New schema of each imported table, by `schema.table`. */
  imported: ReadonlyMap<string, string>;
  /** Tables that foreign keys may reference at the target, as `schema.table`. */
  reachable: ReadonlySet<string>;
}

/** A table's statement, with the removed foreign keys. */
export interface Definition {
  sql: string;
  /** Removed foreign keys, such as `entry_author to app.author`. */
  leftOut: string[];
}

const quotedName = "`((?:[^`]|``)+)`";
const foreignKey = new RegExp(
  `^CONSTRAINT ${quotedName} (FOREIGN KEY \\(.*?\\)) REFERENCES (?:${quotedName}\\.)?${quotedName} (\\(.*)$`,
);

/**
 * The statement that creates a table in another schema. Foreign keys to other imported tables reference
 * these in their new schemas. Foreign keys to unreachable tables are removed, because MySQL would refuse
 * every later row.
 *
 * @param create output of `SHOW CREATE TABLE`.
 * @throws Error if the output has another form.
 */
export function definitionIn(create: string, table: string, place: Place): Definition {
  const lines = create.split("\n");
  const end = lines.findIndex((line) => line.startsWith(")"));
  if (!lines[0]?.startsWith("CREATE TABLE `") || end < 0) {
    throw new Error(`the definition of ${place.from}.${table} has an unknown form: ${lines[0]}`);
  }
  const leftOut: string[] = [];
  const body = lines.slice(1, end).flatMap((line) => {
    const text = line.trim().replace(/,$/, "");
    const found = foreignKey.exec(text);
    if (!found) return [text];
    const [, name, columns, schema, parent, rest] = found;
    const key = `${plain(schema ?? place.from)}.${plain(parent!)}`;
    const to = place.imported.get(key) ?? (place.reachable.has(key) ? plainSchema(key) : undefined);
    if (to !== undefined) {
      const target = `${identifier(to)}.\`${parent}\``;
      return [`CONSTRAINT \`${name}\` ${columns} REFERENCES ${target} ${rest}`];
    }
    leftOut.push(`${plain(name!)} to ${key}`);
    return [];
  });
  const target = place.imported.get(`${place.from}.${table}`);
  if (target === undefined) throw new Error(`${place.from}.${table} has no place to go to`);
  const head = `CREATE TABLE ${identifier(target)}.${identifier(table)} (`;
  const sql = [head, body.map((line) => `  ${line}`).join(",\n"), ...lines.slice(end)].join("\n");
  return { sql, leftOut };
}

function plain(name: string): string {
  return name.replaceAll("``", "`");
}

/** Schema of a `schema.table`. The name of a schema has no dot: {@link parseTables} refuses such names. */
function plainSchema(key: string): string {
  return key.slice(0, key.indexOf("."));
}
