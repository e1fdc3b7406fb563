import { describe, expect, it } from "vitest";
import { disturbedMs } from "../../../scripts/drill/tiers";

describe("the time in which reads are disturbed", () => {
  it("lasts from the first that failed or was late to the end of the last one", () => {
    const probes = [
      { atMs: 0, tookMs: 20, status: 200 },
      { atMs: 100, tookMs: 40, status: 502 },
      { atMs: 120, tookMs: 20, status: 200 },
      { atMs: 300, tookMs: 1_500, status: 200 },
      { atMs: 2_000, tookMs: 900, status: 200 },
    ];
    expect(disturbedMs(probes)).toBe(1_700);
  });

  it("is none while all are served in time", () => {
    expect(disturbedMs([{ atMs: 0, tookMs: 1_000, status: 404 }])).toBe(0);
    expect(disturbedMs([])).toBe(0);
  });
});
