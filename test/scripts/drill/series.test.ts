import { describe, expect, it } from "vitest";
import {
  type Answered,
  longestGap,
  answersOfProbes,
  answersOfWrites,
  seriesOf,
  thinned,
} from "../../../scripts/drill/series";

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

const watch = { begunMs: 1_000, stepMs: 100, marks: [] };

describe("answersOfProbes", () => {
  it("puts an answer at its end", () => {
    const probes = [{ atMs: 1_000, tookMs: 250, status: 200 }];
    expect(answersOfProbes(probes)).toEqual([{ endMs: 1_250, isGood: true }]);
  });

  it.each([
    [200, true],
    [404, true],
    [500, false],
    [0, false],
  ])("takes status %i for good: %s", (status, isGood) => {
    expect(answersOfProbes([{ atMs: 0, tookMs: 0, status }])).toEqual([{ endMs: 0, isGood }]);
  });
});

describe("answersOfWrites", () => {
  it.each([
    ["acknowledged", true],
    ["refused", false],
    ["unknown", false],
  ] as const)("takes a write that is %s for good: %s", (result, isGood) => {
    const writes = [{ text: "a", answeredMs: 1_300, result }];
    expect(answersOfWrites(writes)).toEqual([{ endMs: 1_300, isGood }]);
  });
});

describe("seriesOf", () => {
  const answer = (endMs: number, isGood = true) => ({ endMs, isGood });

  it("counts good and failed answers from the start of the watch", () => {
    const answers = [answer(1_000), answer(1_099), answer(1_100), answer(1_350, false)];
    expect(seriesOf(answers, watch)).toEqual({
      stepMs: 100,
      good: [2, 1, 0, 0],
      failed: [0, 0, 0, 1],
      marks: [],
    });
  });

  it("has room for a mark after the last answer", () => {
    const marks = [{ atMs: 220, text: "healed" }];
    expect(seriesOf([answer(1_050)], { ...watch, marks })).toEqual({
      stepMs: 100,
      good: [1, 0, 0],
      failed: [0, 0, 0],
      marks,
    });
  });

  it("keeps an answer of before the watch in the first bucket", () => {
    expect(seriesOf([answer(990)], watch).good).toEqual([1]);
  });

  it("is empty without answers and marks", () => {
    expect(seriesOf([], watch)).toEqual({ stepMs: 100, good: [], failed: [], marks: [] });
  });

  it("takes the answers of a long soak", () => {
    const answers = Array.from({ length: 300_000 }, () => answer(1_000));
    expect(seriesOf(answers, watch).good).toEqual([300_000]);
  });
});

describe("thinned", () => {
  const series = {
    stepMs: 100,
    good: [1, 2, 3, 4, 5],
    failed: [0, 1, 0, 1, 1],
    marks: [{ atMs: 150, text: "fault" }],
  };

  it("leaves a short series as it is", () => {
    expect(thinned(series, 5)).toEqual(series);
  });

  it("sums buckets and keeps the time of marks", () => {
    expect(thinned(series, 3)).toEqual({
      stepMs: 200,
      good: [3, 7, 5],
      failed: [1, 1, 1],
      marks: series.marks,
    });
  });

  it("stays within 600 points for half an hour and loses no answer", () => {
    const good = new Array<number>(18_001).fill(2);
    const thin = thinned({ ...series, good, failed: good.map(() => 0) }, 600);
    expect(thin.good.length).toBeLessThanOrEqual(600);
    expect(thin.good.reduce((sum, count) => sum + count)).toBe(36_002);
  });
});
