import { identifier } from "./identifier";

/** Where a table is to be made. */
export interface Place {
  /** Schema that the table is in now. */
  from: string;
  /** New schema of each table that is brought along, by `schema.table`. */
  brought: ReadonlyMap<string, string>;
  /** Tables that its foreign keys may lead to where it goes, as `schema.table`. */
  reachable: ReadonlySet<string>;
}

/** A table's statement, and the foreign keys that it lost. */
export interface Definition {
  sql: string;
  /** Such as `entry_author to app.author`. */
  leftOut: string[];
}

const quotedName = "`((?:[^`]|``)+)`";
const foreignKey = new RegExp(
  `^CONSTRAINT ${quotedName} (FOREIGN KEY \\(.*?\\)) REFERENCES (?:${quotedName}\\.)?${quotedName} (\\(.*)$`,
);

/**
 * The statement that makes a table in another schema. Foreign keys to tables that are brought along
 * lead to those; to tables that are not to be had they are left out: every row that is written
 * later would be refused.
 *
 * @param create what `SHOW CREATE TABLE` says.
 * @throws Error if that has another form.
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
    const to = place.brought.get(key) ?? (place.reachable.has(key) ? plainSchema(key) : undefined);
    if (to !== undefined) {
      const target = `${identifier(to)}.\`${parent}\``;
      return [`CONSTRAINT \`${name}\` ${columns} REFERENCES ${target} ${rest}`];
    }
    leftOut.push(`${plain(name!)} to ${key}`);
    return [];
  });
  const target = place.brought.get(`${place.from}.${table}`);
  if (target === undefined) throw new Error(`${place.from}.${table} has no place to go to`);
  const head = `CREATE TABLE ${identifier(target)}.${identifier(table)} (`;
  const sql = [head, body.map((line) => `  ${line}`).join(",\n"), ...lines.slice(end)].join("\n");
  return { sql, leftOut };
}

function plain(name: string): string {
  return name.replaceAll("``", "`");
}

/** Names of schemas have no point: {@link wantedTables} refuses them. */
function plainSchema(key: string): string {
  return key.slice(0, key.indexOf("."));
}
