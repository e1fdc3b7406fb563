import { describe, expect, it } from "vitest";
import { BackOff } from "../../../../host/supervisor/policy/back-off";

describe("BackOff", () => {
  it("waits longer after each failure, up to 30 seconds, for ever", () => {
    const backOff = new BackOff();
    expect(Array.from({ length: 7 }, () => backOff.failed(0))).toEqual([
      1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("begins anew once something worked", () => {
    const backOff = new BackOff();
    backOff.failed(0);
    backOff.failed(0);
    backOff.succeeded();
    expect(backOff.failed(0)).toBe(1_000);
  });

  it("is over when its wait is, and there is none at first", () => {
    const backOff = new BackOff();
    expect(backOff.isOver(0)).toBe(true);
    backOff.wait(500, 100);
    expect(backOff.isOver(599)).toBe(false);
    expect(backOff.isOver(600)).toBe(true);
  });
});
