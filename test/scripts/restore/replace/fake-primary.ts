import type { Primary } from "../../../../scripts/restore/replace/exchange";
import type { Copy } from "../../../../scripts/restore/tables/sql";

/** A MySQL with tables that a RENAME TABLE moves; all other statements are only noted. */
export class FakePrimary implements Primary, Copy {
  /** Changes, in order. */
  readonly done: string[] = [];
  readonly dumped: (readonly string[])[] = [];
  /** Tables as `schema.table`. */
  tables: string[] = [];
  /** Rows of kind, schema and name. */
  objects: string[] = [];
  /** Names of invalid views. */
  invalid: string[] = [];
  record: { schema: string; kept: string; tables: number; definitions: Buffer }[] = [];
  sum = "3\tabc";
  /** Rows of schema, table and bytes. */
  sizes: string[] = [];
  /** Number of times that a statement finds a table held. */
  failures: Record<string, number> = {};
  /** Statements that fail. */
  broken: RegExp | undefined;
  /** Called before each change. */
  onChange: (sql: string) => void = () => undefined;

  async query(sql: string): Promise<string[]> {
    if (this.broken?.test(sql)) throw new Error("1064");
    if (sql.includes("information_schema.TABLES t")) {
      return this.tables.map((key) => `${key.replace(".", "\t")}\tInnoDB\t1\t`);
    }
    if (sql.includes("DATA_LENGTH")) return this.sizes;
    if (sql.startsWith("SELECT 'TRIGGER'")) return this.objects;
    if (sql.startsWith("SHOW DATABASES LIKE")) return ["replaced_20261128_010000", "replaced_x"];
    if (sql.startsWith("SHOW DATABASES")) {
      return [...new Set(["mysql", "webstack", ...this.tables.map((key) => key.split(".")[0]!)])];
    }
    if (sql.includes("SCHEMATA")) return ["utf8mb4\tutf8mb4_bin"];
    if (sql.startsWith("CHECK TABLE")) {
      const isInvalid = this.invalid.some((name) => sql.includes(`\`${name}\``));
      return [`x\tcheck\tstatus\t${isInvalid ? "Corrupt" : "OK"}`];
    }
    if (sql.includes("HEX(definitions)")) {
      if (this.record.length === 0) throw new Error("1146 no such table");
      return this.record.map(({ schema, kept, tables, definitions }) =>
        [schema, kept, tables, "utf8mb4", "utf8mb4_bin", definitions.toString("hex")].join("\t"),
      );
    }
    if (sql.includes("SHOW CREATE")) return ["author\tCREATE TABLE `author` (", "  `id` int", ")"];
    if (sql.includes("information_schema.COLUMNS")) return ["id\tint"];
    if (sql.includes("BIT_XOR")) return [this.sum];
    this.change(sql);
    return [];
  }

  async load(schema: string, statements: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of statements) parts.push(part);
    const text = Buffer.concat(parts).toString();
    if (text.startsWith("rows of")) this.tables.push(`${schema}.${text.split(".")[1]}`);
    else this.change(text);
  }

  async *dump(schema: string, table: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`rows of ${schema}.${table}`);
  }

  async *mysqldump(words: readonly string[]): AsyncGenerator<Uint8Array> {
    this.dumped.push(words);
    if (words.includes("--routines")) yield Buffer.from(`dump of ${words.at(-1)}`);
  }

  private change(sql: string): void {
    this.onChange(sql);
    if (this.broken?.test(sql)) throw new Error("1064");
    for (const [word, times] of Object.entries(this.failures)) {
      if (!sql.includes(word) || times === 0) continue;
      this.failures[word] = times - 1;
      throw new Error("1205 Lock wait timeout");
    }
    this.done.push(sql);
    for (const [, from, name, to] of sql.matchAll(/`(\w+)`\.`(\w+)` TO `(\w+)`/g)) {
      const at = this.tables.indexOf(`${from}.${name}`);
      if (at < 0) throw new Error(`1146 ${from}.${name}`);
      this.tables[at] = `${to}.${name}`;
    }
  }
}
