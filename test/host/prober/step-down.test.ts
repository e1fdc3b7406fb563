import { describe, expect, it } from "vitest";
import { isSteppingDown, stepDownMs } from "../../../host/prober/step-down";

describe("a wish to step down", () => {
  it("counts for a while", () => {
    expect(isSteppingDown("100000", 100_000)).toBe(true);
    expect(isSteppingDown("100000\n", 100_000 + stepDownMs - 1)).toBe(true);
  });

  it("ends by itself, so that a dead command leaves no node out of service", () => {
    expect(isSteppingDown("100000", 100_000 + stepDownMs)).toBe(false);
  });

  it("does not count if it is from another boot, whose clock was further", () => {
    expect(isSteppingDown("100000", 90_000)).toBe(false);
  });

  it("does not count if the file does not say since when", () => {
    expect(isSteppingDown("", 5_000)).toBe(false);
    expect(isSteppingDown("soon", 5_000)).toBe(false);
  });
});
