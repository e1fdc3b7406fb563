import { describe, expect, it } from "vitest";
import { isSteppingDown, stepDownMs } from "../../../host/prober/step-down";

describe("a wish to step down", () => {
  it("counts for a while", () => {
    expect(isSteppingDown(100_000, 100_000)).toBe(true);
    expect(isSteppingDown(100_000, 100_000 + stepDownMs - 1)).toBe(true);
  });

  it("ends by itself, so that a dead command leaves no node out of service", () => {
    expect(isSteppingDown(100_000, 100_000 + stepDownMs)).toBe(false);
  });

  it("ends when the clock goes back", () => {
    expect(isSteppingDown(100_000, 90_000)).toBe(false);
  });
});
