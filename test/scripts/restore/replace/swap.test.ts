import { beforeEach, describe, expect, it } from "vitest";
import { loadAll } from "../../../../scripts/restore/replace/load-all";
import { HalfReplaced, swap } from "../../../../scripts/restore/replace/swap";
import { FakePrimary } from "./fake-primary";

let running: FakePrimary;
let lines: string[];
const say = (line: string) => void lines.push(line);
const stamp = "20261128_031500";
const kept = `replaced_${stamp}_app`;
const loaded = `restored_${stamp}_app`;
const form = { charset: "utf8mb4", collation: "utf8mb4_bin" };
const incoming = [{ schema: "app", loaded, ...form, definitions: Buffer.from("RESTORED") }];
const swaps = () => swap({ running, incoming, stamp, say, pauseMs: 0 });

beforeEach(() => {
  lines = [];
  running = new FakePrimary();
  running.tables = ["app.author", "app.extra", `${loaded}.author`, `${loaded}.entry`];
  running.objects = ["TRIGGER\tapp\textra_added", "VIEW\tapp\tall_of_it"];
});

describe("restored data takes the place of the app's", () => {
  it("by one rename, all tables out before the first one in, stored objects dropped before", async () => {
    await swaps();
    const dropped = running.done.findIndex((sql) => sql.includes("DROP TRIGGER IF EXISTS"));
    const renamed = running.done.findIndex((sql) => sql.includes("RENAME TABLE"));
    const defined = running.done.findIndex((sql) => sql.endsWith("RESTORED"));
    expect(dropped).toBeLessThan(renamed);
    expect(renamed).toBeLessThan(defined);
    expect(running.done[renamed]).toBe(
      `SET SESSION lock_wait_timeout = 2;\nRENAME TABLE \`app\`.\`author\` TO \`${kept}\`.\`author\`, \`app\`.\`extra\` TO \`${kept}\`.\`extra\`, ` +
        `\`${loaded}\`.\`author\` TO \`app\`.\`author\`, \`${loaded}\`.\`entry\` TO \`app\`.\`entry\``,
    );
    expect(running.tables.sort()).toEqual(
      ["app.author", "app.entry", `${kept}.author`, `${kept}.extra`].sort(),
    );
    expect(running.done).toContain(`DROP DATABASE IF EXISTS \`${loaded}\``);
    expect(lines).toEqual([`app  2 former tables are in ${kept}`]);
  });

  it("with the present stored objects in the record, before anything is dropped", async () => {
    await swaps();
    const recorded = running.done.findIndex((sql) => sql.includes(".replaced VALUES ('app'"));
    const hex = Buffer.from("dump of app").toString("hex");
    expect(running.done[recorded]).toContain(`X'${hex}`);
    expect(recorded).toBeLessThan(running.done.findIndex((sql) => sql.includes("DROP TRIGGER")));
  });

  it("later, if a transaction holds a table, and not for ever", async () => {
    running.failures = { "RENAME TABLE": 2 };
    await swaps();
    expect(lines.filter((line) => line.includes("tries again"))).toHaveLength(2);
    running.failures = { "RENAME TABLE": 30 };
    running.tables = ["app.author", `${loaded}.author`];
    await expect(swaps()).rejects.toThrow("Lock wait timeout; the former data is in place");
  });

  it("not if a step fails: the former tables and objects are put back, and no record stays", async () => {
    running.broken = /RESTORED$/;
    const before = [...running.tables].sort();
    await expect(swaps()).rejects.toThrow("1064; the former data is in place");
    expect(running.tables.sort()).toEqual(before);
    expect(running.done.findLast((sql) => sql.includes("dump of app"))).toBeDefined();
    expect(running.done.at(-1)).toBe(`DROP DATABASE \`replaced_${stamp}\``);
  });

  it("not if the record cannot be written: nothing else is changed", async () => {
    running.broken = /CREATE TABLE .*replaced/;
    await expect(swaps()).rejects.toThrow("1064");
    expect(running.done.join()).not.toMatch(/DROP TRIGGER|RENAME/);
    expect(running.done.at(-1)).toBe(`DROP DATABASE \`replaced_${stamp}\``);
  });

  it("and says so if the former data cannot be put back", async () => {
    running.broken = /RESTORED$|dump of app$/;
    const failure: unknown = await swaps().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HalfReplaced);
    expect(failure).toHaveProperty("undone", stamp);
  });

  it("although an empty schema cannot be dropped afterwards: that is a note", async () => {
    running.broken = new RegExp(`DROP DATABASE IF EXISTS .${loaded}`);
    await swaps();
    expect(running.tables).toContain("app.entry");
    expect(lines[0]).toMatch(`note: the data is in place; of the empty schemas ${loaded} one`);
  });

  it("not if a step fails, and a record that stays then is a note", async () => {
    running.broken = /RESTORED$|DROP DATABASE .replaced_\d+_\d+.$/;
    await expect(swaps()).rejects.toThrow("1064; the former data is in place");
    expect(lines.at(-1)).toMatch(`do not undo ${stamp}`);
  });
});

describe("a restored database is loaded beside the present one", () => {
  let copy: FakePrimary;
  beforeEach(() => {
    copy = new FakePrimary();
    running.tables = ["app.author"];
    copy.tables = ["app.author", "replaced_20261101_000000_app.old"];
  });

  it("without what an earlier replacement kept", async () => {
    const found = await loadAll({ copy, running, stamp, say });
    expect(found).toEqual([
      { schema: "app", loaded, ...form, definitions: Buffer.from("dump of app") },
    ]);
    expect(running.tables).toEqual(["app.author", `${loaded}.author`]);
  });

  it("and dropped again if a table differs", async () => {
    running.sum = "2\tabd";
    await expect(loadAll({ copy, running, stamp, say })).rejects.toThrow("has 2 rows, sum abd");
    expect(running.done.at(-1)).toBe(`DROP DATABASE IF EXISTS \`${loaded}\``);
  });

  it("without its invalid views, which are named", async () => {
    copy.objects = ["VIEW\tapp\tsick", "VIEW\tapp\twell"];
    copy.invalid = ["sick"];
    await loadAll({ copy, running, stamp, say });
    expect(lines).toContain("app.sick: left out: this view is invalid");
    expect(copy.dumped).toContainEqual(expect.arrayContaining(["--ignore-table=app.sick", "app"]));
    expect(copy.dumped.at(-1)!.slice(-2)).toEqual(["app", "well"]);
  });

  it("not if it has no schema of an app", async () => {
    copy.tables = [];
    await expect(loadAll({ copy, running, stamp, say })).rejects.toThrow("no schema of an app");
  });
});
