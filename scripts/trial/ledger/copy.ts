import { createHash } from "node:crypto";
import { canonicalJson, type Column, type Json, type Operation, type Row } from "./operations";

/** A table of the ledger's own copy. */
export interface Table {
  /** Name of the column with the primary key. */
  key: string;
  columns: Column[];
  /** Rows by primary key, without generated columns. */
  rows: Map<string, Row>;
}

/** Values of generated columns from the other columns of a row. */
export const formulas: Record<string, (row: Row) => string | null> = {
  "total * 2": ({ total }) => String(Number(total) * 2),
  "n * 2": ({ n }) => String(Number(n) * 2),
  "note#total": ({ note, total }) => (note === null ? null : `${note}#${total}`),
  "text!": ({ text }) => (text === null ? null : `${text}!`),
  "doc.n": ({ doc }) => {
    const n = doc ? (JSON.parse(doc) as Record<string, Json>).n : undefined;
    return n === undefined ? null : String(n);
  },
};

/** Rows that leave with their parent, by the table of the parent. */
const cascades: Record<string, { table: string; column: string }> = {
  "app.folders": { table: "app.files", column: "folder" },
};

/** Text of row `id` of `app.bulk`, as {@link bulkSql} makes it. */
const bulkText = (salt: string, id: number) =>
  createHash("sha256").update(`${salt}${id}`).digest("hex");

/** Statement that makes the rows of the operation `fill`. */
export const bulkSql = (count: number, salt: string) =>
  `INSERT INTO app.bulk (id, filler, n) WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${count}) SELECT i, SHA2(CONCAT('${salt}', i), 256), 0 FROM s`;

/** The data as the ledger has it after a number of transactions; knows nothing of MySQL. */
export class Copy {
  readonly tables = new Map<string, Table>();
  /** Text of each definition by its name. */
  readonly definitions = new Map<string, string>();
  private version: string | null = null;

  /** @throws Error if an operation does not fit what is there. */
  apply(operations: readonly Operation[]): void {
    for (const operation of operations) this.one(operation);
  }

  private table(name: string): Table {
    const found = this.tables.get(name);
    if (!found) throw new Error(`the ledger has no table ${name}`);
    return found;
  }

  private row(name: string, key: string): Row {
    const found = this.table(name).rows.get(key);
    if (!found) throw new Error(`the ledger has no row ${key} in ${name}`);
    return found;
  }

  private put(name: string, row: Row): void {
    const { key, columns, rows } = this.table(name);
    const full: Row = {};
    for (const { name: column, value, formula } of columns) {
      if (!formula) full[column] = column in row ? row[column]! : (value ?? null);
    }
    if (rows.has(full[key]!)) throw new Error(`the ledger has row ${full[key]} in ${name} twice`);
    rows.set(full[key]!, full);
    if (name === "app.orders" && this.version !== null) {
      this.put("app.audit", { id: row.id!, text: `${this.version} ${row.note}` });
    }
  }

  private delete(name: string, key: string): void {
    this.table(name).rows.delete(key);
    const child = cascades[name];
    if (!child) return;
    const { rows } = this.table(child.table);
    for (const [id, row] of rows) if (row[child.column] === key) rows.delete(id);
  }

  private each({ change, divisor, rest }: Operation & { do: "each" }): void {
    const { rows } = this.table("app.bulk");
    for (const [id, row] of rows) {
      if (Number(id) % divisor !== rest) continue;
      if (change === "delete") rows.delete(id);
      else row.n = String(Number(row.n) + 1);
    }
  }

  private one(operation: Operation): void {
    switch (operation.do) {
      case "create": {
        const { table, key, columns } = operation;
        this.tables.set(table, { key, columns: [...columns], rows: new Map() });
        return;
      }
      case "copy": {
        const from = this.table(operation.table);
        const columns = operation.names.map((name) => ({ name }));
        this.tables.set(operation.to, { key: from.key, columns, rows: new Map() });
        for (const row of from.rows.values()) this.put(operation.to, row);
        return;
      }
      case "drop":
        this.table(operation.table);
        this.tables.delete(operation.table);
        return;
      case "rename":
        this.tables.set(operation.to, this.table(operation.table));
        this.tables.delete(operation.table);
        return;
      case "empty":
        return this.table(operation.table).rows.clear();
      case "add column": {
        const { columns, rows } = this.table(operation.table);
        const { name, value, formula } = operation.column;
        columns.push(operation.column);
        if (!formula) for (const row of rows.values()) row[name] = value ?? null;
        return;
      }
      case "drop column": {
        const found = this.table(operation.table);
        found.columns = found.columns.filter(({ name }) => name !== operation.name);
        for (const row of found.rows.values()) delete row[operation.name];
        return;
      }
      case "put":
        return this.put(operation.table, operation.row);
      case "set":
        Object.assign(this.row(operation.table, operation.key), operation.values);
        return;
      case "put or set": {
        const { key, rows } = this.table(operation.table);
        const found = rows.get(operation.row[key]!);
        if (!found) return this.put(operation.table, operation.row);
        Object.assign(found, operation.values);
        found[operation.counted] = String(Number(found[operation.counted]) + 1);
        return;
      }
      case "add": {
        const row = this.row(operation.table, operation.key);
        row[operation.name] = String(Number(row[operation.name]) + operation.by);
        return;
      }
      case "json": {
        const row = this.row(operation.table, operation.key);
        const { member, name, value } = operation;
        const document = JSON.parse(row[name]!) as Record<string, Json>;
        delete document[member];
        row[name] = canonicalJson(
          value === undefined ? document : { ...document, [member]: value },
        );
        return;
      }
      case "delete":
        return this.delete(operation.table, operation.key);
      case "fill":
        for (let id = 1; id <= operation.count; id += 1) {
          const filler = bulkText(operation.salt, id);
          this.put("app.bulk", { id: String(id), filler, n: "0" });
        }
        return;
      case "each":
        return this.each(operation);
      case "trigger":
        this.version = operation.version;
        return;
      case "define":
        if (operation.text === null) this.definitions.delete(operation.name);
        else this.definitions.set(operation.name, operation.text);
    }
  }
}
