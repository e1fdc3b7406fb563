import { describe, expect, it } from "vitest";
import {
  crashLoop,
  successesUntilHealthy,
  initialHealth,
  failuresUntilUnhealthy,
  nextHealth,
  type Answer,
  type Health,
  isSteppingDown,
  stepDownMs,
} from "../../../host/prober/health";

const after = (health: Health, ...answers: Answer[]) => answers.reduce(nextHealth, health);
const times = (n: number, ...answers: Answer[]) => Array.from({ length: n }, () => answers).flat();
const good: Health = { good: true, answers: [] };

describe("observe", () => {
  it.each([undefined, "", "1\n"])("starts bad after %j, and needs five hits in a row", (before) => {
    const start = initialHealth(before);
    expect(after(start, ...times(successesUntilHealthy - 1, "served")).good).toBe(false);
    expect(after(start, ...times(successesUntilHealthy, "served")).good).toBe(true);
    const interrupted: Answer[] = [...times(successesUntilHealthy - 1, "served"), "refused"];
    expect(after(start, ...interrupted, "served").good).toBe(false);
  });

  it.each(["failed", "refused"] as const)(
    "starts good where the prober before it said so, and notices %s as soon as ever",
    (answer) => {
      const start = initialHealth("0\n");
      expect(start.good).toBe(true);
      expect(after(start, ...times(failuresUntilUnhealthy[answer], answer)).good).toBe(false);
    },
  );

  it.each(["failed", "refused"] as const)("turns bad after so many %s in a row", (answer) => {
    const misses = failuresUntilUnhealthy[answer];
    expect(after(good, ...times(misses - 1, answer)).good).toBe(true);
    expect(after(good, ...times(misses, answer)).good).toBe(false);
  });

  it("gives a process that is gone longer to come back than one that does not answer", () => {
    expect(after(good, ...times(failuresUntilUnhealthy.failed, "refused")).good).toBe(true);
    expect(after(good, "refused", "refused", "failed").good).toBe(false);
    expect(after(good, "failed", "failed", "refused").good).toBe(true);
  });

  it("forgets late answers that are followed by a hit", () => {
    expect(after(good, ...times(crashLoop.among, "failed", "failed", "served")).good).toBe(true);
  });

  it("turns bad when HAProxy answers now and then between its crashes", () => {
    const crashing = times(
      crashLoop.refused / 4,
      "refused",
      "refused",
      "refused",
      "refused",
      "served",
    );
    expect(after(good, ...crashing.slice(0, -2)).good).toBe(true);
    expect(after(good, ...crashing.slice(0, -1)).good).toBe(false);
  });

  it("stays good when HAProxy is killed now and then", () => {
    const once = [
      ...times(3, "refused" as Answer),
      ...times(crashLoop.among / 2, "served" as Answer),
    ];
    expect(after(good, ...times(20, ...once)).good).toBe(true);
  });

  it("begins anew after each verdict", () => {
    const crashed = after(good, ...times(failuresUntilUnhealthy.refused, "refused"));
    const back = after(crashed, ...times(successesUntilHealthy, "served"));
    expect(back.good).toBe(true);
    expect(after(back, ...times(failuresUntilUnhealthy.refused - 1, "refused")).good).toBe(true);
  });
});

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
