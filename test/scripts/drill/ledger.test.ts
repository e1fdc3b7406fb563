import { describe, expect, it } from "vitest";
import { Ledger, type Write } from "../../../scripts/drill/ledger";

/** A ledger that has these writes and never sends one. */
function ledgerWith(...writes: Partial<Write>[]): Ledger {
  const ledger = new Ledger("http://site.invalid", "");
  const usual: Write = { text: "a", answeredMs: 0, result: "acknowledged" };
  for (const write of writes) ledger.writes.push({ ...usual, ...write });
  return ledger;
}

describe("brokenBy", () => {
  it("finds nothing where each acknowledged write is there once", () => {
    const ledger = ledgerWith({ text: "a" }, { text: "b" });
    expect(ledger.brokenBy("db-1", ["b", "a"])).toEqual([]);
  });

  it("names an acknowledged write that is lost, and the member", () => {
    const ledger = ledgerWith({ text: "a" }, { text: "b" });
    expect(ledger.brokenBy("db-1", ["b"])).toEqual(['db-1 lost "a"']);
  });

  it("names an acknowledged write that is there twice", () => {
    expect(ledgerWith({ text: "a" }).brokenBy("db-2", ["a", "a"])).toEqual([
      'db-2 has "a" 2 times',
    ]);
  });

  it.each(["refused", "unknown"] as const)("lets a write that is %s be absent", (result) => {
    expect(ledgerWith({ text: "a", result }).brokenBy("db-1", [])).toEqual([]);
  });

  it("lets a write of unknown fate be there once", () => {
    expect(ledgerWith({ text: "a", result: "unknown" }).brokenBy("db-1", ["a"])).toEqual([]);
  });

  it("names a write of unknown fate that is there three times", () => {
    const ledger = ledgerWith({ text: "a", result: "unknown" });
    expect(ledger.brokenBy("db-1", ["a", "a", "a"])).toEqual(['db-1 has "a" 3 times']);
  });

  it("does not mind entries of others", () => {
    expect(ledgerWith({ text: "a" }).brokenBy("db-1", ["a", "x", "x"])).toEqual([]);
  });
});

describe("longestGap", () => {
  it("is the longest time between two acknowledgements, rounded", () => {
    const ledger = ledgerWith({ answeredMs: 100 }, { answeredMs: 400.6 }, { answeredMs: 450 });
    expect(ledger.longestGap()).toEqual({ lengthMs: 301, fromMs: 100 });
  });

  it("takes no answer but an acknowledgement for the end of a gap", () => {
    const ledger = ledgerWith(
      { answeredMs: 100 },
      { answeredMs: 300, result: "unknown" },
      { answeredMs: 400, result: "refused" },
      { answeredMs: 900 },
    );
    expect(ledger.longestGap().lengthMs).toBe(800);
  });

  it("sorts by time, since several clients write at once", () => {
    const ledger = ledgerWith({ answeredMs: 500 }, { answeredMs: 100 }, { answeredMs: 300 });
    expect(ledger.longestGap().lengthMs).toBe(200);
  });

  it.each([
    ["no write", []],
    ["one write", [{ answeredMs: 700 }]],
  ])("is 0 with %s", (_, writes) => {
    expect(ledgerWith(...writes).longestGap().lengthMs).toBe(0);
  });

  it("sums up a long soak", () => {
    const ledger = ledgerWith();
    for (let i = 0; i < 200_000; i++) {
      ledger.writes.push({ text: "a", answeredMs: i * 10, result: "acknowledged" });
    }
    expect(ledger.longestGap().lengthMs).toBe(10);
  });
});
