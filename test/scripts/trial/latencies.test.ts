import { describe, expect, it } from "vitest";
import { Latencies } from "../../../scripts/trial/latencies";

describe("latencies", () => {
  const latencies = new Latencies();
  for (let ms = 200; ms > 0; ms -= 1) {
    latencies.add("stopped", ms);
    latencies.add("streaming", ms * 1.2);
  }
  latencies.add("once", 5);

  it("gives percentiles of a state, whatever the order", () => {
    expect(latencies.percentile("stopped", 0.5)).toBe(100);
    expect(latencies.percentile("stopped", 0.99)).toBe(198);
    expect(latencies.percentile("once", 0.99)).toBe(5);
    expect(latencies.count("stopped")).toBe(200);
  });

  it("compares two states", () => {
    expect(latencies.ratio("streaming", "stopped")).toBeCloseTo(1.2);
  });

  it("refuses a state without a write", () => {
    expect(() => latencies.percentile("a base", 0.5)).toThrow("while a base");
    expect(latencies.count("a base")).toBe(0);
  });
});
