import { describe, expect, it } from "vitest";
import { type Answered, longestGap } from "../../../scripts/drill/longest-gap";

const at = (answeredMs: number, result = "acknowledged"): Answered => ({ answeredMs, result });

describe("longestGap", () => {
  it("is the longest time between two acknowledgements, rounded, and when it began", () => {
    expect(longestGap([at(100), at(400.6), at(450)])).toEqual({ lengthMs: 301, fromMs: 100 });
  });

  it("takes no answer but an acknowledgement for the end of a gap", () => {
    const answers = [at(100), at(300, "unknown"), at(400, "refused"), at(900)];
    expect(longestGap(answers).lengthMs).toBe(800);
  });

  it("sorts by time, since several clients write at once", () => {
    expect(longestGap([at(500), at(100), at(300)]).lengthMs).toBe(200);
  });

  it.each([
    ["no write", []],
    ["one write", [at(700)]],
  ])("is 0 with %s", (_, answers) => {
    expect(longestGap(answers).lengthMs).toBe(0);
  });

  it("sums up a long soak", () => {
    const answers = Array.from({ length: 200_000 }, (_, i) => at(i * 10));
    expect(longestGap(answers).lengthMs).toBe(10);
  });
});
