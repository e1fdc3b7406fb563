import { beforeEach, describe, expect, it } from "vitest";
import { importTables } from "../../../../scripts/restore/tables/import-tables";
import type { Copy, Running } from "../../../../scripts/restore/tables/sql";
import { sumSql } from "../../../../scripts/restore/tables/sum";
import { parseTables } from "../../../../scripts/restore/tables/table-selection";

/** A MySQL that answers by what a statement has in it, and notes every statement. */
class FakeMysql implements Copy, Running {
  readonly asked: string[] = [];
  readonly loaded: string[] = [];
  tables: string[] = [];
  foreignKeys: string[] = [];
  sum = "3\tabc";
  /** So many renames find a table held. */
  held = 0;
  /** Statements that fail. */
  broken: RegExp | undefined;

  async query(sql: string): Promise<string[]> {
    this.asked.push(sql);
    if (this.broken?.test(sql)) throw new Error("2013 Lost connection");
    if (sql.includes("information_schema.TABLES t")) return this.tables;
    if (sql.includes("KEY_COLUMN_USAGE")) return this.foreignKeys;
    if (sql.includes("SCHEMATA")) return ["utf8mb4\tutf8mb4_bin"];
    if (sql.includes("SHOW CREATE")) return ["entry\tCREATE TABLE `entry` (", "  `id` int", ")"];
    if (sql.includes("information_schema.COLUMNS")) return ["id\tint"];
    if (sql.includes("BIT_XOR")) return [this.sum];
    if (sql.includes("RENAME TABLE") && this.held-- > 0) throw new Error("1205 Lock wait timeout");
    return [];
  }
  async *dump(schema: string, table: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`rows of ${schema}.${table}`);
  }
  async load(schema: string, statements: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of statements) {
      this.loaded.push(`${schema}: ${Buffer.from(chunk).toString()}`);
    }
  }
  changes(): string[] {
    return this.asked.filter((sql) => /CREATE DATABASE|RENAME|DROP|ALTER/.test(sql));
  }
}

let copy: FakeMysql;
let running: FakeMysql;
let lines: string[];

beforeEach(() => {
  [copy, running, lines] = [new FakeMysql(), new FakeMysql(), []];
  copy.tables = ["app\tentry\tInnoDB\t1\t"];
  running.tables = ["app\tentry\tInnoDB\t1\t", "app\tpart\tInnoDB\t1\t"];
});

const say = (line: string) => void lines.push(line);
const brings = (replace: boolean, tables = "app.entry") =>
  importTables({
    copy,
    running,
    wanted: parseTables(tables),
    stamp: "now",
    replace,
    say,
    pauseMs: 0,
  });

describe("tables come from a restored copy into the running stack", () => {
  it("beside what is there, compared, and nothing else is changed", async () => {
    await brings(false);
    expect(running.loaded).toEqual(["restored_now: rows of app.entry"]);
    expect(running.changes()).toEqual([
      "CREATE DATABASE `restored_now` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    ]);
    expect(lines).toEqual(["restored_now.entry  3 rows, sum abc: the same as in the copy"]);
  });

  it("in the place of what is there by one RENAME TABLE, which is kept", async () => {
    await brings(true);
    expect(running.changes().slice(2)).toEqual([
      "SET SESSION lock_wait_timeout = 2; RENAME TABLE `app`.`entry` TO `replaced_now`.`entry`, `restored_now`.`entry` TO `app`.`entry`",
      "DROP DATABASE `restored_now`",
    ]);
    expect(lines.at(-1)).toBe(
      "app.entry  is the restored one now; what was there is replaced_now.entry",
    );
  });

  it("in an empty place without moving anything", async () => {
    running.tables = [];
    await brings(true);
    expect(running.changes()[1]).toMatch(/RENAME TABLE `restored_now`.`entry` TO `app`.`entry`$/);
    expect(lines.at(-1)).toBe("app.entry  is the restored one now");
  });

  it("not if they differ there: the new schema is dropped", async () => {
    running.sum = "2\tabd";
    await expect(brings(true)).rejects.toThrow(
      "has 2 rows, sum abd; the restored copy has 3, sum abc",
    );
    expect(running.changes().at(-1)).toBe("DROP DATABASE `restored_now`");
    expect(running.changes().join()).not.toContain("RENAME");
  });

  it("later, if a transaction holds a table", async () => {
    running.held = 2;
    await brings(true);
    expect(lines.filter((line) => line.includes("tries again"))).toHaveLength(2);
    running.held = 30;
    await expect(brings(true)).rejects.toThrow("Lock wait timeout");
    expect(running.changes().at(-1)).toBe("DROP DATABASE `restored_now`");
  });

  it("not in the place of one that others lead to, or that has triggers", async () => {
    running.foreignKeys = ["part_entry\tapp.part\tapp.entry"];
    await expect(brings(true)).rejects.toThrow("app.part leads to app.entry by part_entry");
    running.foreignKeys = [];
    copy.tables = ["app\tentry\tInnoDB\t1\tentry_added"];
    await expect(brings(true)).rejects.toThrow("app.entry has triggers (entry_added)");
    expect(running.changes()).toEqual([]);
    await brings(false);
    expect(lines).toContain("app.entry: not imported: triggers entry_added");
  });

  it("and the one that is moved away does not hold on to tables of the app", async () => {
    running.foreignKeys = ["entry_author\tapp.entry\tapp.author"];
    await brings(true);
    expect(running.changes().join("\n")).toContain(
      "ALTER TABLE `replaced_now`.`entry` DROP FOREIGN KEY `entry_author`",
    );
  });

  it("in their place, although what is left cannot be tidied up: that is a note", async () => {
    running.foreignKeys = ["entry_author\tapp.entry\tapp.author"];
    running.broken = /DROP FOREIGN KEY|DROP DATABASE/;
    await brings(true);
    expect(lines.slice(1)).toEqual([
      "note: the restored tables are in place; run by hand: ALTER TABLE `replaced_now`.`entry` DROP FOREIGN KEY `entry_author` (2013 Lost connection)",
      "note: the restored tables are in place; run by hand: DROP DATABASE `restored_now` (2013 Lost connection)",
      "app.entry  is the restored one now; what was there is replaced_now.entry",
    ]);
  });

  it("in a schema each if they come from several", async () => {
    copy.tables = ["app\tentry\tInnoDB\t1\t", "shop\tentry\tInnoDB\t1\t"];
    await brings(false, "app.*,shop.*");
    expect(running.loaded).toEqual([
      "restored_now_app: rows of app.entry",
      "restored_now_shop: rows of shop.entry",
    ]);
  });
});

it("the sum of a table has every column by its own text or hash", () => {
  const columns = [
    { name: "id", type: "int" },
    { name: "b`c", type: "json" },
    { name: "f", type: "bit" },
  ];
  expect(sumSql("app", "entry", columns)).toContain(
    "CONCAT_WS(',', IFNULL(`id`, 'NULL'), IFNULL(SHA2(`b``c`, 256), 'NULL'), IFNULL(`f` + 0, 'NULL'))",
  );
});
