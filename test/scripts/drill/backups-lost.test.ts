import { describe, expect, it } from "vitest";
import { lossOf } from "../../../scripts/drill/backups-lost";
import type { Write } from "../../../scripts/drill/ledger";

const lostMs = 100_000;

/** Acknowledged writes, with the seconds of their answers. */
function writes(...seconds: number[]): Write[] {
  return seconds.map((second) => ({
    text: `at ${second}`,
    answeredMs: second * 1_000,
    result: "acknowledged",
  }));
}

describe("lossOf", () => {
  it("finds no loss where the copy has every acknowledged write", () => {
    expect(lossOf(writes(90, 99), ["at 90", "at 99"], lostMs)).toEqual({
      lost: 0,
      ageMs: 0,
      broken: [],
    });
  });

  it("counts lost writes, and takes the age from the oldest one", () => {
    expect(lossOf(writes(90, 93, 99), ["at 90"], lostMs)).toEqual({
      lost: 2,
      ageMs: 7_000,
      broken: [],
    });
  });

  it("finds a copy that lacks a write and has later ones", () => {
    const { broken } = lossOf(writes(80, 93), ["at 93"], lostMs);
    expect(broken).toEqual(['the copy lacks "at 80" and has 1 later writes']);
  });

  it("lets answers of the same two seconds be in another order in the log", () => {
    expect(lossOf(writes(92, 93), ["at 93"], lostMs).broken).toEqual([]);
  });

  it("finds a write that nobody sent, and one that is there twice", () => {
    const { broken } = lossOf(writes(90), ["at 90", "at 90", "invented"], lostMs);
    expect(broken).toEqual(["the copy has a write twice", 'nobody sent "invented"']);
  });

  it("lets a write without an answer be in the copy or not", () => {
    const unknown: Write = { text: "u", answeredMs: 95_000, result: "unknown" };
    for (const texts of [["at 90"], ["at 90", "u"]]) {
      expect(lossOf([...writes(90), unknown], texts, lostMs).lost).toBe(0);
    }
  });
});
