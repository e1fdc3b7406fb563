import { describe, expect, it } from "vitest";
import { canonical, compareTexts, TableCheck } from "../../../../scripts/trial/ledger/compare";
import type { Table } from "../../../../scripts/trial/ledger/copy";

const table: Table = {
  ...{ key: "id", columns: [{ name: "id" }, { name: "n" }, { name: "m", formula: "n * 2" }] },
  rows: new Map(["1", "2", "3"].map((id) => [id, { id, n: `${Number(id) * 10}` }])),
};
const good = [
  ...[
    ["1", "10", "20"],
    ["2", "20", "40"],
    ["3", "30", "60"],
  ],
];
function told(rows: (string | null)[][], order = ["id", "n", "m"]): string[] {
  const check = new TableCheck("app.t", table);
  for (const row of rows) check.take(row, order);
  return check.end(order);
}

describe("a table against the ledger", () => {
  it("is the same in any order of rows and columns", () => {
    expect(told(good.toReversed())).toEqual([]);
    expect(
      told(
        good.map(([id, n, m]) => [m!, id!, n!]),
        ["m", "id", "n"],
      ),
    ).toEqual([]);
  });

  it.each([
    [
      "a changed value",
      [["1", "11", "20"], ...good.slice(1)],
      "row 1 differs in n: 11, in the ledger 10",
    ],
    [
      "a wrong generated value",
      [["1", "10", "21"], ...good.slice(1)],
      "row 1 differs in m: 21, in the ledger 20",
    ],
    [
      "null for a value",
      [["1", null, "20"], ...good.slice(1)],
      "row 1 differs in n: null, in the ledger 10",
    ],
    ["a missing row", good.slice(1), "row 1 is missing"],
    ["a row too many", [...good, ["4", "40", "80"]], "row 4 is not in the ledger"],
    ["a row that is there twice", [...good, good[0]!], "row 1 is there twice"],
  ])("tells %s", (_, rows, line) => {
    expect(told(rows)).toEqual([`app.t: ${line}`]);
  });

  it("tells a column too many and one that is missing", () => {
    const more = good.map((row) => [...row, "1"]);
    expect(told(more, ["id", "n", "m", "x"]).at(-1)).toContain("and 1 more");
    expect(told([], ["id", "n"])[0]).toBe("app.t: has the columns id, n, in the ledger id, n, m");
  });

  it("tells three differences and counts the others", () => {
    expect(told([]).length).toBe(3);
    expect(
      told([
        ["1", "", ""],
        ["2", "", ""],
        ["3", "", ""],
        ["4", "", ""],
      ]).at(-1),
    ).toBe("app.t: and 1 more");
  });
});

describe("definitions against the ledger", () => {
  it("tells what is missing, too much and different", () => {
    const own = new Map([
      ["user 'a'", "GRANT SELECT"],
      ["view v", "x"],
      ["table t", "y"],
    ]);
    expect(compareTexts(own, own)).toEqual([]);
    expect(
      compareTexts(
        new Map([
          ["user 'a'", ""],
          ["table t", "y"],
          ["event e", "z"],
        ]),
        own,
      ),
    ).toEqual([
      "event e is not in the ledger",
      "user 'a' is , in the ledger GRANT SELECT",
      "view v is missing",
    ]);
  });
});

describe("the canonical form of a value", () => {
  const field = { name: "x", type: 253, isBinary: false };
  it.each([
    ["text", field, "😀", "😀"],
    ["bytes", { ...field, isBinary: true }, "a\0", "0x6100"],
    ["bits", { ...field, type: 16, isBinary: true }, "\u0005", "0x05"],
    ["numbers, whose charset is binary", { ...field, type: 3, isBinary: true }, "12", "12"],
    ["JSON", { ...field, type: 245, isBinary: true }, '{"b": 1, "a": []}', '{"a":[],"b":1}'],
  ])("of %s", (_, of, text, wanted) => {
    expect(canonical(Buffer.from(text), of)).toBe(wanted);
    expect(canonical(null, of)).toBeNull();
  });
});
