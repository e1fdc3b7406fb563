import { createHash } from "node:crypto";
import { recordFinding } from "../findings";
import { formulas, type Copy, type Table } from "./copy";
import { definition, names } from "./definitions";
import { canonicalJson, type Row, type Value } from "./operations";
import { type Field, isBytes, isJson, type Session } from "./session";

/** What a comparison saw. */
export interface Comparison {
  /** One line each; empty: the same. */
  differences: string[];
  rows: number;
  tables: number;
  definitions: number;
}

/** Most differences that are told of a table. */
const mostTold = 3;

const hash = (values: readonly Value[]) =>
  createHash("sha256").update(JSON.stringify(values)).digest("base64");

/** A value as the ledger has it. */
export function canonical(value: Buffer | null, field: Field): Value {
  if (value === null) return null;
  if (isBytes(field)) return `0x${value.toString("hex")}`;
  const text = value.toString("utf8");
  return isJson(field) ? canonicalJson(JSON.parse(text)) : text;
}

/** All values of a row in the order of these columns, generated ones too. */
function valuesOf({ columns }: Table, row: Row, order: readonly string[]): Value[] {
  const formulaOf = new Map(columns.map(({ name, formula }) => [name, formula]));
  return order.map((name) => {
    const formula = formulaOf.get(name);
    return formula ? formulas[formula]!(row) : row[name]!;
  });
}

/** Takes the rows of a table as MySQL has them one by one, and says at the end in what they differ from the ledger's. */
export class TableCheck {
  rows = 0;
  private readonly seen = new Set<string>();
  private readonly told: string[] = [];
  private others = 0;

  constructor(
    private readonly name: string,
    private readonly table: Table,
  ) {}

  private tell(line: string): void {
    if (this.told.length < mostTold) this.told.push(`${this.name}: ${line}`);
    else this.others += 1;
  }

  take(values: readonly Value[], order: readonly string[]): void {
    this.rows += 1;
    const key = values[order.indexOf(this.table.key)]!;
    if (this.seen.has(key)) this.tell(`row ${key} is there twice`);
    this.seen.add(key);
    const own = this.table.rows.get(key);
    if (!own) return this.tell(`row ${key} is not in the ledger`);
    const wanted = valuesOf(this.table, own, order);
    if (hash(values) === hash(wanted)) return;
    const which = order.filter((_, i) => values[i] !== wanted[i]);
    const at = order.indexOf(which[0]!);
    this.tell(
      `row ${key} differs in ${which.join(", ")}: ${values[at]}, in the ledger ${wanted[at]}`,
    );
  }

  /** @param order columns as MySQL has them. */
  end(order: readonly string[]): string[] {
    const own = this.table.columns.map(({ name }) => name);
    if ([...own].sort().join() !== [...order].sort().join()) {
      this.tell(`has the columns ${order.join(", ")}, in the ledger ${own.join(", ")}`);
    }
    for (const key of this.table.rows.keys()) {
      if (!this.seen.has(key)) this.tell(`row ${key} is missing`);
    }
    return [...this.told, ...(this.others > 0 ? [`${this.name}: and ${this.others} more`] : [])];
  }
}

/** Compares names with texts on both sides. */
export function compareTexts(
  found: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...found.keys(), ...own.keys()])].sort().flatMap((name) => {
    const [text, wanted] = [found.get(name), own.get(name)];
    if (text === wanted) return [];
    if (text === undefined) return [`${name} is missing`];
    if (wanted === undefined) return [`${name} is not in the ledger`];
    return [`${name} is ${text}, in the ledger ${wanted}`];
  });
}

/** Compares all rows of all tables and all definitions of a MySQL with the ledger's copy. */
export async function compare(session: Session, copy: Copy): Promise<Comparison> {
  const found = new Map<string, string>();
  for (const name of await names(session)) found.set(name, await definition(session, name));
  const differences = compareTexts(found, copy.definitions);
  let rows = 0;
  for (const [name, table] of copy.tables) {
    if (!found.has(`table ${name}`)) {
      differences.push(`${name} is missing`);
      continue;
    }
    const check = new TableCheck(name, table);
    let order: string[] = [];
    const fields = await session.each(`SELECT * FROM ${name}`, (row, types) => {
      if (order.length === 0) order = types.map((field) => field.name);
      check.take(
        row.map((value, i) => canonical(value, types[i]!)),
        order,
      );
    });
    differences.push(...check.end(fields.map((field) => field.name)));
    rows += check.rows;
  }
  return { differences, rows, tables: copy.tables.size, definitions: found.size };
}

/** What is broken in a restored database, and the difference that must be told. */
const ways: readonly [what: string, sql: string, told: RegExp][] = [
  [
    "a changed value",
    "UPDATE app.counters SET n = n + 1 WHERE id = 3",
    /app\.counters: row 3 differs in n/,
  ],
  [
    "a changed document",
    "UPDATE app.events SET doc = JSON_SET(doc, '$.n', 'x') WHERE doc IS NOT NULL LIMIT 1",
    /app\.events: row \d+ differs in doc, n/,
  ],
  [
    "a changed 4-byte character",
    "UPDATE app.audit SET text = CONCAT(text, '😀') LIMIT 1",
    /app\.audit: row \d+ differs in text/,
  ],
  ["a missing row", "DELETE FROM app.counters WHERE id = 4", /app\.counters: row 4 is missing/],
  [
    "a row too many",
    "INSERT INTO app.counters VALUES (99, 0, NULL)",
    /app\.counters: row 99 is not in the ledger/,
  ],
  ["a missing grant", "REVOKE SELECT ON app.* FROM clerk@'%'", /user 'clerk'@'%' is/],
  ["a missing user", "DROP USER clerk@'%'", /user 'clerk'@'%' is missing/],
  ["a user too many", "CREATE USER thief@'%'", /user 'thief'@'%' is not in the ledger/],
  ["a missing procedure", "DROP PROCEDURE app.bump", /procedure app\.bump is missing/],
  ["a missing view", "DROP VIEW app.steady", /view app\.steady is missing/],
  [
    "an index too many",
    "CREATE INDEX more ON app.words (uses)",
    /table app\.words is .*KEY `more`/s,
  ],
  [
    "a column too many",
    "ALTER TABLE app.words ADD COLUMN more INT",
    /app\.words: has the columns .*more/,
  ],
  ["a table too many", "CREATE TABLE app.more (id INT)", /table app\.more is not in the ledger/],
  ["a missing table", "DROP TABLE app.audit", /app\.audit is missing/],
];

/** Breaks a restored database in each way, and notes whether the comparison finds it. */
export async function sabotage(session: Session, copy: Copy): Promise<void> {
  for (const [what, sql, told] of ways) {
    await session.query(sql);
    const { differences } = await compare(session, copy);
    const line = differences.find((one) => told.test(one));
    recordFinding(`sabotage: ${what} is found`, line !== undefined, (line ?? "").slice(0, 160));
  }
}
