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
