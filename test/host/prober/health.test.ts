import { describe, expect, it } from "vitest";
import {
  hitsUntilGood,
  initialHealth,
  missesUntilBad,
  observe,
  type Health,
} from "../../../host/prober/health";

const after = (health: Health, ...hits: boolean[]) => hits.reduce(observe, health);
const times = (n: number, hit: boolean) => Array.from({ length: n }, () => hit);
const good: Health = { good: true, against: 0 };

describe("observe", () => {
  it("starts bad, and needs five hits in a row", () => {
    expect(after(initialHealth, ...times(hitsUntilGood - 1, true)).good).toBe(false);
    expect(after(initialHealth, ...times(hitsUntilGood, true)).good).toBe(true);
  });

  it("turns bad after three misses in a row", () => {
    expect(after(good, ...times(missesUntilBad - 1, false)).good).toBe(true);
    expect(after(good, ...times(missesUntilBad, false)).good).toBe(false);
  });

  it("forgets misses that are followed by a hit", () => {
    expect(after(good, false, false, true, false, false)).toEqual({ good: true, against: 2 });
  });
});
