import { identifier, literal, qualified } from "./sql";

/** A column with MySQL's name of its type. */
export interface Column {
  name: string;
  type: string;
}

/** Number and sum of a table's rows. */
export interface Content {
  rows: number;
  /** Sum of all rows, independent of their order: 64 hexadecimal digits. */
  sum: string;
}

/** Types whose text is the complete value, without a comma. FLOAT: six digits, as in dumps. */
const plainTypes = new Set([
  ...["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"],
  ...["date", "time", "datetime", "timestamp", "year"],
]);

/** Query for the columns of a table; {@link columnsOf} parses the result. */
export function columnsSql(schema: string, table: string): string {
  return `SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${literal(schema)} AND TABLE_NAME = ${literal(table)} ORDER BY ORDINAL_POSITION`;
}

/** Parses the result of {@link columnsSql}. */
export function columnsOf(rows: readonly string[]): Column[] {
  return rows.map((row) => {
    const [name = "", type = ""] = row.split("\t");
    return { name, type: type.toLowerCase() };
  });
}

/**
 * Query that counts rows and sums them: the exclusive or of each row's SHA-256. A primary key makes all
 * rows distinct, so that no two rows cancel out.
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

/** Parses the result of {@link sumSql}. @throws Error for any other result. */
export function contentOf(rows: readonly string[]): Content {
  const [, count, sum] = /^(\d+)\t([0-9a-f]*)$/.exec(rows[0] ?? "") ?? [];
  if (count === undefined) throw new Error(`the sum of a table is ${JSON.stringify(rows[0])}`);
  return { rows: Number(count), sum: sum! };
}
