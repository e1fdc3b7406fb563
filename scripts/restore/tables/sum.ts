import { identifier, literal, qualified } from "./identifier";

/** A column, and the type of its values as MySQL names it. */
export interface Column {
  name: string;
  type: string;
}

/** What a table holds. */
export interface Content {
  rows: number;
  /** Sum of all rows, whatever their order: 64 hexadecimal digits. */
  sum: string;
}

/** Values whose text says all, and has no comma. FLOAT: six digits of it, as dumps have. */
const plainTypes = new Set([
  ...["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"],
  ...["date", "time", "datetime", "timestamp", "year"],
]);

/** Asks for the columns of a table; {@link columnsOf} reads the answer. */
export function columnsSql(schema: string, table: string): string {
  return `SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${literal(schema)} AND TABLE_NAME = ${literal(table)} ORDER BY ORDINAL_POSITION`;
}

/** Columns of the rows that {@link columnsSql} gives. */
export function columnsOf(rows: readonly string[]): Column[] {
  return rows.map((row) => {
    const [name = "", type = ""] = row.split("\t");
    return { name, type: type.toLowerCase() };
  });
}

/**
 * Counts rows and sums them up: the exclusive or of a SHA-256 of each row. A primary key makes each
 * row another one, so that none takes another away.
 */
export function sumSql(schema: string, table: string, columns: readonly Column[]): string {
  const values = columns.map(({ name, type }) => {
    const column = identifier(name);
    const value = type === "bit" ? `${column} + 0` : column;
    const isPlain = plainTypes.has(type) || type === "bit";
    return `IFNULL(${isPlain ? value : `SHA2(${value}, 256)`}, 'NULL')`;
  });
  const row = `UNHEX(SHA2(CONCAT_WS(',', ${values.join(", ")}), 256))`;
  return (
    "SET NAMES utf8mb4; SET SESSION time_zone = '+00:00', sql_mode = ''; " +
    `SELECT COUNT(*), LOWER(HEX(BIT_XOR(${row}))) FROM ${qualified(schema, table)}`
  );
}

/** What {@link sumSql} gives. @throws Error if it gives something else. */
export function contentOf(rows: readonly string[]): Content {
  const [, count, sum] = /^(\d+)\t([0-9a-f]*)$/.exec(rows[0] ?? "") ?? [];
  if (count === undefined) throw new Error(`the sum of a table is ${JSON.stringify(rows[0])}`);
  return { rows: Number(count), sum: sum! };
}
