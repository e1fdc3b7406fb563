import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Steps } from "../../../scripts/deploy/steps";

let lines: string[];
let steps: Steps;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  steps = new Steps((line) => lines.push(line.trim()));
});
afterEach(() => {
  vi.useRealTimers();
});

const lasting = (ms: number) => new Promise<number>((done) => setTimeout(() => done(ms), ms));

describe("a step", () => {
  it("is one line with its time when it has ended, in words of its result", async () => {
    const step = steps.step(
      "push",
      () => lasting(1_200),
      (ms) => `took ${ms}`,
    );
    await vi.advanceTimersByTimeAsync(1_200);
    expect(await step).toBe(1_200);
    expect(lines).toEqual(["1.2 s  took 1200"]);
  });

  it("that takes long says that it is at work", async () => {
    const step = steps.step("build", () => lasting(9_000));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(lines).toEqual(["… build"]);
    await vi.advanceTimersByTimeAsync(3_000);
    await step;
    expect(lines).toEqual(["… build", "9.0 s  build"]);
  });

  it("that fails says so, and passes the reason on", async () => {
    const step = steps.step("check", () => Promise.reject(new Error("more is pending")));
    await expect(step).rejects.toThrow("more is pending");
    expect(lines).toEqual(["0.0 s  check: failed"]);
  });
});
