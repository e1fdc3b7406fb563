import { identifier, literal, type Side } from "../tables/sql";
import { isReserved } from "../tables/table-selection";

/** Schemas that restores leave in a running stack. */
const leftByRestores = /^(restored|replaced)_\d{8}_\d{6}(_|$)/;

/** True for a schema of the app: not MySQL's, not the stack's, and not left by a restore. */
export function isOfApp(schema: string): boolean {
  return !isReserved(schema) && !leftByRestores.test(schema);
}

/** A schema of the app that was replaced. */
export interface Replaced {
  schema: string;
  /** Schema with its former tables, such as `replaced_20261128_031500_app`. */
  kept: string;
  /** Number of its former tables. */
  tables: number;
  /** Default character set and collation of the schema. */
  charset: string;
  collation: string;
  /** Statements that create its former triggers, routines, events and views, in `mysqldump`'s form. */
  definitions: Buffer;
}

/** Name of the schema with the record of a replacement, such as `replaced_20261128_031500`. */
export function recordSchema(stamp: string): string {
  return `replaced_${stamp}`;
}

/** Name of the schema that keeps a schema's former tables; MySQL's limit is 64 characters. */
export function keptSchema(stamp: string, schema: string): string {
  return `replaced_${stamp}_${schema}`.slice(0, 64);
}

/** Name of the schema into which restored tables are loaded. */
export function loadedSchema(stamp: string, schema: string): string {
  return `restored_${stamp}_${schema}`.slice(0, 64);
}

/** The stamp of a replacement at a time, such as `20261128_031500`. */
export function stampAt(at: Date): string {
  const digits = at.toISOString().replace(/[-:]|\..*/g, "");
  return digits.replace("T", "_");
}

/** Checks the stamp of a command line. @throws Error for another form. */
export function stampOf(flag: string, text: string): string {
  if (/^\d{8}_\d{6}$/.test(text)) return text;
  throw new Error(
    `--${flag} must be the time of a replacement such as 20261128_031500, got ${JSON.stringify(text)}; the schemas replaced_<time> have it`,
  );
}

/** Statements that write the record of a replacement into its schema, which exists. */
export function recordSql(stamp: string, replaced: readonly Replaced[]): string {
  const table = `${identifier(recordSchema(stamp))}.replaced`;
  const rows = replaced.map(
    ({ schema, kept, tables, charset, collation, definitions }) =>
      `INSERT INTO ${table} VALUES (${literal(schema)}, ${literal(kept)}, ${tables}, ${literal(charset)}, ${literal(collation)}, X'${definitions.toString("hex")}');\n`,
  );
  const name = "VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL";
  return (
    `CREATE TABLE ${table} (name ${name} PRIMARY KEY, kept ${name}, tables INT NOT NULL, charset ${name}, collation_name ${name}, definitions LONGBLOB NOT NULL);\n` +
    rows.join("")
  );
}

/** Reads the record of a replacement. @throws Error if there is none. */
export async function readRecord(side: Side, stamp: string): Promise<Replaced[]> {
  const schema = recordSchema(stamp);
  const columns = "name, kept, tables, charset, collation_name, HEX(definitions)";
  const rows = await side
    .query(`SELECT ${columns} FROM ${identifier(schema)}.replaced ORDER BY name`)
    .catch(async (error: Error) => {
      const known = (await side.query("SHOW DATABASES LIKE 'replaced\\_%'"))
        .flatMap((name) => /^replaced_(\d{8}_\d{6})$/.exec(name)?.[1] ?? [])
        .join(", ");
      throw new Error(
        `there is no record of a replacement at ${stamp}; known: ${known || "none"}`,
        { cause: error },
      );
    });
  return rows.map((row) => {
    const [name = "", kept = "", tables, charset = "", collation = "", hex = ""] = row.split("\t");
    const definitions = Buffer.from(hex, "hex");
    return { schema: name, kept, tables: Number(tables), charset, collation, definitions };
  });
}
