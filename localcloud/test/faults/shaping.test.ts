import { describe, expect, it } from "vitest";
import { shapingWords } from "../../faults/shaping";

describe("what slows a link", () => {
  it("is a token bucket for a rate", () => {
    expect(shapingWords({ kbitPerSecond: 800 }).join(" ")).toBe(
      "tbf rate 800kbit burst 32kbit latency 400ms",
    );
  });

  it("is netem for a delay", () => {
    expect(shapingWords({ delayMs: 100, jitterMs: 20 }).join(" ")).toBe("netem delay 100ms 20ms");
  });
});
