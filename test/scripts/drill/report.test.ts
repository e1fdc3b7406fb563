import { describe, expect, it } from "vitest";
import { isGood, median, outages, summary, table } from "../../../scripts/drill/report";
import { drilled, measured } from "./drilled";

const runsOf = (...times: number[]) => times.map((outageMs) => measured({ outageMs }));

describe("median", () => {
  it.each([
    ["the middle one of three", [30, 10, 20], 20],
    ["between the two of two", [10, 20], 15],
    ["between the two in the middle of four, rounded", [40, 10, 31, 20], 26],
    ["the only one", [7], 7],
  ])("is %s", (_, values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it("is absent without values", () => {
    expect(median([])).toBeUndefined();
  });

  it("sorts as numbers and leaves the values as they were", () => {
    const values = [900, 1_000, 80];
    expect(median(values)).toBe(900);
    expect(values).toEqual([900, 1_000, 80]);
  });
});

describe("isGood", () => {
  it("is true if every run was within the bounds", () => {
    expect(isGood(drilled({ runs: runsOf(100, 3_000) }))).toBe(true);
  });

  it.each([
    ["an outage above the bound", { runs: runsOf(100, 3_001) }],
    ["a move too many", { runs: [measured({ moves: 2 })] }],
    ["a move too few", { runs: [measured({ moves: 0 })] }],
    ["a missed bound of another kind", { runs: [measured({ missed: ["p99"] })] }],
    ["a run that did not end", { errors: ["late"] }],
    ["no run", { runs: [] }],
  ])("is false for %s", (_, different) => {
    expect(isGood(drilled(different))).toBe(false);
  });
});

describe("summary", () => {
  it("sums up all runs of a drill", () => {
    const runs = [
      measured({ outageMs: 900, requests: 400, failed: 5, apiCalls: 3 }),
      measured({ outageMs: 700, requests: 500, failed: 6, apiCalls: 4 }),
    ];
    expect(summary(drilled({ runs }))).toEqual({
      id: "F5",
      title: "active node loses power",
      boundMs: 3_000,
      minMs: 700,
      medianMs: 800,
      maxMs: 900,
      failed: 11,
      requests: 900,
      moves: 2,
      apiCalls: 7,
      verdict: "ok",
      runs,
      errors: [],
    });
  });

  it("has no outage and no calls where nothing was measured", () => {
    expect(Object.keys(summary(drilled({ runs: [], errors: ["late"] })))).toEqual([
      ...["id", "title", "boundMs", "failed", "requests", "moves", "verdict", "runs", "errors"],
    ]);
  });

  it("says MISSED and why a run did not end", () => {
    expect(summary(drilled({ errors: ["late"] }))).toMatchObject({
      verdict: "MISSED",
      errors: ["late"],
    });
  });

  it("keeps the series of each run", () => {
    const series = { stepMs: 100, good: [1], failed: [0], marks: [] };
    expect(summary(drilled({ runs: [measured({ series })] })).runs[0]?.series).toEqual(series);
  });
});

describe("outages", () => {
  it("names the shortest, the middle and the longest", () => {
    expect(outages(summary(drilled({ runs: runsOf(3, 1, 2) })))).toBe("1 / 2 / 3 ms");
  });

  it("is a dash without a run", () => {
    expect(outages(summary(drilled({ runs: [] })))).toBe("-");
  });
});

describe("table", () => {
  it("has one line for each drill", () => {
    const runs = [measured({ outageMs: 700 }), measured({ failed: 15 })];
    const shown = table([drilled({ runs }), drilled({ drill: { id: "F6", title: "frozen" } })], []);
    expect(shown.split("\n")).toEqual([
      "    fault                    bound    outage min / median / max  failed  moves  runs",
      "F5  active node loses power  3000 ms  700 / 750 / 800 ms         12-15   1      2     ok",
      "F6  frozen                   3000 ms  800 / 800 / 800 ms         12      1      1     ok",
    ]);
  });

  it("has a column of API calls if any run counted them", () => {
    const runs = [measured({ apiCalls: 4 }), measured({ apiCalls: 2 })];
    const [head, counted, other] = table([drilled({ runs }), drilled()], []).split("\n");
    expect(head).toMatch(/moves {2}API calls {2}runs$/);
    expect(counted).toMatch(/ 1 {6}2-4 {8}2 {5}ok$/);
    expect(other).toMatch(/ 1 {6}- {10}1 {5}ok$/);
  });

  it("has no such column if none did", () => {
    expect(table([drilled()], [])).not.toContain("API calls");
  });

  it("says below what did not end and what is not shown", () => {
    const notShown = [{ id: "F38", title: "clock step", why: "one clock for all" }];
    const shown = table([drilled({ runs: [], errors: ["late"] })], notShown);
    expect(shown.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^F5 .* - .*0 {5}MISSED$/),
      "F5: late",
      "F38 clock step: not shown; one clock for all",
    ]);
  });
});
