/** A value in canonical form: MySQL's text; JSON as {@link canonicalJson}; binary as `0x` and digits; null. */
export type Value = string | null;
export type Row = Record<string, Value>;
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A column of a table of the ledger. */
export interface Column {
  name: string;
  /** What a row gets that does not name the column. @default null */
  value?: Value;
  /** Name of the formula of a generated column, see `formulas`. */
  formula?: string;
}

/** What one statement does to the ledger's own copy of the data. */
export type Operation =
  | { do: "create"; table: string; key: string; columns: Column[] }
  /** CREATE TABLE … SELECT of these columns. */
  | { do: "copy"; table: string; to: string; names: string[] }
  | { do: "drop"; table: string }
  | { do: "rename"; table: string; to: string }
  | { do: "empty"; table: string }
  | { do: "add column"; table: string; column: Column }
  | { do: "drop column"; table: string; name: string }
  | { do: "put"; table: string; row: Row }
  | { do: "set"; table: string; key: string; values: Row }
  /** INSERT … ON DUPLICATE KEY UPDATE: sets the values, and adds one to the column `counted`. */
  | { do: "put or set"; table: string; row: Row; values: Row; counted: string }
  | { do: "add"; table: string; key: string; name: string; by: number }
  /** JSON_SET or, without a value, JSON_REMOVE of a member of the document. */
  | { do: "json"; table: string; key: string; name: string; member: string; value?: Json }
  | { do: "delete"; table: string; key: string }
  /** Rows 1 to `count` of the table `app.bulk`. */
  | { do: "fill"; count: number; salt: string }
  /** Adds one to `n`, or deletes, where the rest of `id` by `divisor` is `rest`. */
  | { do: "each"; change: "add" | "delete"; divisor: number; rest: number }
  /** The trigger writes rows with this version; null: there is no trigger. */
  | { do: "trigger"; version: string | null }
  /** Text that MySQL shows for an object; null: it was dropped. */
  | { do: "define"; name: string; text: string | null };

/** A transaction that MySQL acknowledged. */
export interface Entry {
  /** UUID of the GTID. */
  uuid: string;
  /** Number of the GTID. */
  number: number;
  /** When its last statement was sent and acknowledged, microseconds since 1970, by the clock of the trial. */
  sentUs: number;
  acknowledgedUs: number;
  operations: Operation[];
}

/** JSON without spaces, the members of each object sorted by name. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(",")}}`;
}
