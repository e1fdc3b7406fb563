import { describe, expect, it } from "vitest";
import type { Entry } from "../../../../scripts/trial/ledger/operations";
import {
  drawPoints,
  isWithinSecond,
  Ledger,
  ordered,
} from "../../../../scripts/trial/ledger/prefix";
import { seeded } from "../../../../scripts/trial/ledger/row-writer";
import { firstOperations } from "../../../../scripts/trial/ledger/schema";

const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";
const second = 1_000_000;
const startUs = 1_800_000_000 * second;

/** Entry with a row; sent a tenth of a second before its acknowledgement, a second after the one before. */
const entry = (number: number): Entry => ({
  ...{ uuid, number, sentUs: startUs + number * second - 100_000 },
  acknowledgedUs: startUs + number * second,
  operations: [{ do: "put", table: "app.orders", row: { id: String(number), note: "x" } }],
});
// Number 13 is the archiver's.
const entries = [11, 12, 14, 15, 16, 17, 18].map(entry);
const ledger = () => new Ledger(firstOperations, `${uuid}:1-10`, entries);
const ids = (of: Ledger, count: number) => [
  ...of.after(count).tables.get("app.orders")!.rows.keys(),
];

describe("the ledger's prefixes", () => {
  it("has the rows after each number of transactions, forwards and back", () => {
    const one = ledger();
    expect(ids(one, 3)).toEqual(["11", "12", "14"]);
    expect(ids(one, 4)).toEqual(["11", "12", "14", "15"]);
    expect(ids(one, 1)).toEqual(["11"]);
    expect(ids(one, 0)).toEqual([]);
  });

  it("counts what a GTID set has, with others between", () => {
    expect(ledger().countIn(`${uuid}:1-14`)).toBe(3);
    expect(ledger().countIn(`${uuid}:1-13`)).toBe(2);
    expect(ledger().countIn(`${uuid}:1-10`)).toBe(0);
    expect(ledger().setAfter(3)).toBe(`${uuid}:1-10,${uuid}:1-14`);
  });

  it("refuses a set that is no prefix", () => {
    expect(() => ledger().countIn(`${uuid}:1-11:14`)).toThrow(
      `${uuid}:12 is missing before later ones`,
    );
  });

  it("sorts by GTID, and refuses one that is there twice or of another origin", () => {
    expect(ordered([entry(2), entry(1)]).map(({ number }) => number)).toEqual([1, 2]);
    expect(() => ordered([entry(1), entry(1)])).toThrow("GTIDs");
    expect(() => ordered([entry(1), { ...entry(2), uuid: "other" }])).toThrow("GTIDs");
  });
});

describe("the second of a restored time", () => {
  const off = (count: number, us: number) => ledger().offBy(count, us);
  const us = startUs + 14.5 * second;

  it("is exact at the boundary", () => {
    expect(off(3, us)).toEqual({ lateUs: 0, earlyUs: 0 });
    expect(off(ledger().countBy(us), us)).toEqual({ lateUs: 0, earlyUs: 0 });
  });

  it("is refused with a transaction too many, or one too few, that is more than a second off", () => {
    expect(off(4, us)).toEqual({ lateUs: 400_000, earlyUs: 0 });
    expect(isWithinSecond(off(4, us))).toBe(true);
    expect(isWithinSecond(off(5, us))).toBe(false);
    expect(off(2, us)).toEqual({ lateUs: 0, earlyUs: 500_000 });
    expect(isWithinSecond(off(2, us))).toBe(true);
    expect(isWithinSecond(off(1, us))).toBe(false);
  });
});

describe("the points", () => {
  it("follow from the seed, half of each kind, in the order of time", () => {
    const points = drawPoints(ledger(), 10, seeded(5));
    expect(drawPoints(ledger(), 10, seeded(5))).toEqual(points);
    expect(drawPoints(ledger(), 10, seeded(6))).not.toEqual(points);
    expect(points.filter(({ target }) => target.kind === "time").length).toBe(5);
    const about = points.map((point) => point.about);
    expect(about).toEqual([...about].sort((a, b) => a - b));
    for (const { target } of points) {
      if (target.kind === "time") expect(target.us % 1_000).not.toBe(Number.NaN);
      else expect(ledger().countIn(target.set)).toBeGreaterThan(0);
    }
  });
});
