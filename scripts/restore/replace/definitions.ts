import { qualified, type Side } from "../tables/sql";
import { isOfApp } from "./record";

/** A MySQL server whose definitions can be dumped. */
export interface Defined extends Side {
  /** Output of `mysqldump` as root with these words. @throws Error with its message. */
  mysqldump(words: readonly string[]): AsyncIterable<Uint8Array>;
}

/** A stored object without rows of its own. */
export interface StoredObject {
  kind: "TRIGGER" | "PROCEDURE" | "FUNCTION" | "EVENT" | "VIEW";
  schema: string;
  name: string;
}

const objectsSql =
  "SELECT 'TRIGGER', TRIGGER_SCHEMA, TRIGGER_NAME FROM information_schema.TRIGGERS " +
  "UNION ALL SELECT ROUTINE_TYPE, ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES " +
  "UNION ALL SELECT 'EVENT', EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS " +
  "UNION ALL SELECT 'VIEW', TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEWS ORDER BY 1, 2, 3";

/** Triggers, routines, events and views of the app's schemas. */
export async function objectsOf(side: Side): Promise<StoredObject[]> {
  const rows = await side.query(objectsSql);
  return rows
    .map((row) => {
      const [kind, schema = "", name = ""] = row.split("\t");
      return { kind: kind as StoredObject["kind"], schema, name };
    })
    .filter(({ schema }) => isOfApp(schema));
}

/** Statements that drop these objects. */
export function dropSql(objects: readonly StoredObject[]): string {
  return objects
    .map(({ kind, schema, name }) => `DROP ${kind} IF EXISTS ${qualified(schema, name)};\n`)
    .join("");
}

/** Options without which `mysqldump` locks tables, or its output depends on the server. */
const common = [
  ...["--no-data", "--skip-comments", "--skip-lock-tables", "--set-gtid-purged=OFF"],
  ...["--no-tablespaces", "--default-character-set=utf8mb4"],
];

/**
 * Statements that create a schema's stored objects; running them twice does no harm.
 *
 * @param views its views; an invalid one, at which `mysqldump` fails, is left out.
 */
export async function definitionsOf(
  side: Defined,
  schema: string,
  { valid, invalid }: Views,
): Promise<Buffer> {
  const programs = ["--no-create-info", "--routines", "--events", "--triggers"];
  const views = [...valid, ...invalid].map((view) => `--ignore-table=${schema}.${view}`);
  const dumps = [[...common, ...programs, "--add-drop-trigger", ...views, "--", schema]];
  // After the routines: MySQL refuses a view with a function that is not there.
  if (valid.length > 0) dumps.push([...common, "--skip-triggers", "--", schema, ...valid]);
  const parts: Uint8Array[] = [];
  for (const words of dumps) {
    for await (const part of side.mysqldump(words)) parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Names of views of a schema. */
export interface Views {
  valid: string[];
  invalid: string[];
}

/** The views of a schema, each checked. */
export async function checkedViews(
  side: Side,
  objects: readonly StoredObject[],
  schema: string,
): Promise<Views> {
  const found: Views = { valid: [], invalid: [] };
  for (const each of objects) {
    if (each.kind !== "VIEW" || each.schema !== schema) continue;
    const last = (await side.query(`CHECK TABLE ${qualified(schema, each.name)}`)).at(-1);
    found[last?.endsWith("\tOK") ? "valid" : "invalid"].push(each.name);
  }
  return found;
}
