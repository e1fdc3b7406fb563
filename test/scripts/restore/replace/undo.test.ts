import { beforeEach, describe, expect, it } from "vitest";
import { HalfReplaced } from "../../../../scripts/restore/replace/swap";
import { dropReplaced, undoReplace } from "../../../../scripts/restore/replace/undo";
import { FakePrimary } from "./fake-primary";

let running: FakePrimary;
let lines: string[];
const say = (line: string) => void lines.push(line);
const stamp = "20261128_031500";
const kept = `replaced_${stamp}_app`;
const loaded = `restored_${stamp}_app`;

beforeEach(() => {
  lines = [];
  running = new FakePrimary();
});

describe("a replacement is undone", () => {
  const former = [{ schema: "app", kept, tables: 2, definitions: Buffer.from("FORMER") }];

  it("with the same swap, and what was in place is kept", async () => {
    running.tables = ["app.entry", `${kept}.author`, `${kept}.extra`];
    running.record = former;
    await undoReplace({ running, undone: stamp, stamp: "20261128_040000", say, pauseMs: 0 });
    expect(running.tables.sort()).toEqual([
      "app.author",
      "app.extra",
      "replaced_20261128_040000_app.entry",
    ]);
    expect(running.done.find((sql) => sql.endsWith("FORMER"))).toBeDefined();
    expect(running.done.at(-1)).toBe(`DROP DATABASE \`replaced_${stamp}\``);
  });

  it("by the stored objects alone, if no table had been moved", async () => {
    running.tables = ["app.author", "app.extra", `${loaded}.entry`, "restored_20200101_000000.x"];
    running.record = former;
    await undoReplace({ running, undone: stamp, stamp: "20261128_040000", say, pauseMs: 0 });
    expect(running.done.join()).not.toContain("RENAME");
    const dropped = running.done.filter((sql) => sql.includes("`restored_"));
    expect(dropped).toEqual([`DROP DATABASE IF EXISTS \`${loaded}\``]);
    expect(running.done.find((sql) => sql.endsWith("FORMER"))).toBeDefined();
  });

  it("not if the stored objects alone cannot be created: the way on is the same undoing", async () => {
    running.tables = ["app.author", "app.extra"];
    running.record = former;
    running.broken = /FORMER$/;
    const undo = undoReplace({ running, undone: stamp, stamp: "20261128_040000", say });
    const failure: unknown = await undo.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HalfReplaced);
    expect(failure).toHaveProperty("undone", stamp);
  });

  it.each([/SHOW DATABASES$/, /DROP DATABASE .replaced_20261128_031500.$/])(
    "although %s fails afterwards: that is a note",
    async (broken) => {
      running.tables = ["app.author", "app.extra"];
      running.record = former;
      running.broken = broken;
      await undoReplace({ running, undone: stamp, stamp: "20261128_040000", say, pauseMs: 0 });
      expect(lines.at(-1)).toMatch("note: the data is in place");
    },
  );

  it("not if some of its tables are gone", async () => {
    running.tables = ["app.entry", `${kept}.author`];
    running.record = former;
    const undo = undoReplace({ running, undone: stamp, stamp: "20261128_040000", say });
    await expect(undo).rejects.toThrow("kept 2 tables, and 1 are there");
    expect(running.done).toEqual([]);
  });

  it("not if there is no record; the known ones are named", async () => {
    await expect(dropReplaced(running, "20200101_000000", say)).rejects.toThrow(
      "there is no record of a replacement at 20200101_000000; known: 20261128_010000",
    );
  });

  it("never by dropping a schema that is none of a replacement", async () => {
    running.record = [{ ...former[0]!, kept: "app" }];
    await expect(dropReplaced(running, stamp, say)).rejects.toThrow("names app");
    expect(running.done).toEqual([]);
    running.record = former;
    await dropReplaced(running, stamp, say);
    expect(running.done).toEqual([
      `DROP DATABASE IF EXISTS \`${kept}\``,
      `DROP DATABASE \`replaced_${stamp}\``,
    ]);
  });
});
