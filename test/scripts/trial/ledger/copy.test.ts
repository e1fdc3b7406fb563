import { beforeEach, describe, expect, it } from "vitest";
import { Copy, formulas } from "../../../../scripts/trial/ledger/copy";
import type { Operation } from "../../../../scripts/trial/ledger/operations";
import { canonicalJson } from "../../../../scripts/trial/ledger/operations";
import { firstOperations } from "../../../../scripts/trial/ledger/schema";

let copy: Copy;
const rows = (table: string) => Object.fromEntries(copy.tables.get(table)!.rows);
const put = (table: string, row: Record<string, string | null>): Operation => ({
  ...{ do: "put", table, row },
});

beforeEach(() => {
  copy = new Copy();
  copy.apply(firstOperations);
});

describe("the ledger's own copy", () => {
  it("sets and removes members of a document", () => {
    const key = "1";
    const member = { table: "app.events", key, name: "doc" };
    copy.apply([
      put("app.events", { id: key, total: "4", doc: '{"a":1,"n":2}' }),
      { do: "json", ...member, member: "b", value: { z: 1, c: "😀" } },
      { do: "json", ...member, member: "a" },
    ]);
    expect(rows("app.events")[key]!.doc).toBe('{"b":{"c":"😀","z":1},"n":2}');
    expect(formulas["doc.n"]!(rows("app.events")[key]!)).toBe("2");
    expect(formulas["doc.n"]!({ doc: "{}" })).toBeNull();
    expect(formulas["note#total"]!({ note: null, total: "4" })).toBeNull();
  });

  it("deletes the rows of a deleted parent, and no others", () => {
    copy.apply([
      ...["1", "2"].map((id) => put("app.folders", { id, name: "x" })),
      put("app.files", { id: "3", folder: "1", name: "x" }),
      put("app.files", { id: "4", folder: "2", name: "y" }),
      { do: "delete", table: "app.folders", key: "1" },
    ]);
    expect(Object.keys(rows("app.files"))).toEqual(["4"]);
  });

  it("writes what the trigger of that moment writes", () => {
    copy.apply([
      put("app.orders", { id: "1", note: "a" }),
      { do: "trigger", version: null },
      put("app.orders", { id: "2", note: "b" }),
      { do: "trigger", version: "v1" },
      put("app.orders", { id: "3", note: "c" }),
    ]);
    expect(rows("app.audit")).toEqual({
      1: { id: "1", text: "v0 a" },
      3: { id: "3", text: "v1 c" },
    });
  });

  it("gives a new column to rows before and after, until it is dropped", () => {
    copy.apply([
      put("app.words", { word: "a", uses: "1" }),
      { do: "add column", table: "app.words", column: { name: "x", value: "7" } },
      put("app.words", { word: "b", uses: "1" }),
    ]);
    expect(Object.values(rows("app.words")).map(({ x }) => x)).toEqual(["7", "7"]);
    copy.apply([{ do: "drop column", table: "app.words", name: "x" }]);
    expect(rows("app.words").a).toEqual({ word: "a", uses: "1", tag: null });
  });

  it("copies, renames, empties and drops tables", () => {
    copy.apply([
      put("app.orders", { id: "1", note: "a" }),
      { do: "copy", table: "app.orders", to: "app.more", names: ["id"] },
      { do: "empty", table: "app.orders" },
      { do: "rename", table: "app.more", to: "app.kept" },
    ]);
    expect(rows("app.kept")).toEqual({ 1: { id: "1" } });
    expect(rows("app.orders")).toEqual({});
    copy.apply([{ do: "drop", table: "app.kept" }]);
    expect([copy.tables.has("app.kept"), copy.tables.has("app.more")]).toEqual([false, false]);
  });

  it("counts a word that is there, and puts one that is not", () => {
    const word = (tag: string): Operation => ({
      ...{ do: "put or set", table: "app.words", row: { word: "😀", uses: "1", tag } },
      ...{ values: { tag }, counted: "uses" },
    });
    copy.apply([word("a"), word("b")]);
    expect(rows("app.words")).toEqual({ "😀": { word: "😀", uses: "2", tag: "b" } });
  });

  it("changes the rows of the large table by their rest", () => {
    copy.apply([
      { do: "fill", count: 10, salt: "s" },
      { do: "each", change: "add", divisor: 5, rest: 1 },
      { do: "each", change: "delete", divisor: 2, rest: 0 },
    ]);
    expect(Object.values(rows("app.bulk")).map(({ id, n }) => `${id}:${n}`)).toEqual([
      ...["1:1", "3:0", "5:0", "7:0", "9:0"],
    ]);
  });

  it("refuses what does not fit", () => {
    const twice = [put("app.orders", { id: "1" }), put("app.orders", { id: "1" })];
    expect(() => copy.apply(twice)).toThrow("row 1 in app.orders twice");
    expect(() => copy.apply([{ do: "drop", table: "app.none" }])).toThrow("no table app.none");
    const set: Operation = { do: "set", table: "app.words", key: "x", values: {} };
    expect(() => copy.apply([set])).toThrow("no row x in app.words");
  });

  it("writes JSON in one form", () => {
    expect(canonicalJson({ b: [1, null, "a"], a: { d: true, c: 0.5 } })).toBe(
      '{"a":{"c":0.5,"d":true},"b":[1,null,"a"]}',
    );
  });
});
