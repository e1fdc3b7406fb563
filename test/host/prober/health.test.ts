import { describe, expect, it } from "vitest";
import {
  hitsUntilGood,
  initialHealth,
  missesUntilBad,
  observe,
  type Answer,
  type Health,
} from "../../../host/prober/health";

const after = (health: Health, ...answers: Answer[]) => answers.reduce(observe, health);
const times = (n: number, answer: Answer) => Array.from({ length: n }, () => answer);
const good: Health = { good: true, against: 0 };

describe("observe", () => {
  it("starts bad, and needs five hits in a row", () => {
    expect(after(initialHealth, ...times(hitsUntilGood - 1, "served")).good).toBe(false);
    expect(after(initialHealth, ...times(hitsUntilGood, "served")).good).toBe(true);
  });

  it.each(["failed", "refused"] as const)("turns bad after so many %s in a row", (answer) => {
    const misses = missesUntilBad[answer];
    expect(after(good, ...times(misses - 1, answer)).good).toBe(true);
    expect(after(good, ...times(misses, answer)).good).toBe(false);
  });

  it("gives a process that is gone longer to come back than one that does not answer", () => {
    expect(after(good, ...times(missesUntilBad.failed, "refused"))).toEqual({
      good: true,
      against: missesUntilBad.failed,
    });
    expect(after(good, "refused", "refused", "failed").good).toBe(false);
    expect(after(good, "failed", "failed", "refused").good).toBe(true);
  });

  it("forgets misses that are followed by a hit", () => {
    const answers: Answer[] = ["failed", "failed", "served", "failed", "failed"];
    expect(after(good, ...answers)).toEqual({ good: true, against: 2 });
  });
});
