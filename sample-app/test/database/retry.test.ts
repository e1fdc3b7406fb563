import { describe, expect, it } from "vitest";
import { defaultPolicy, pauseMs, retry } from "../../src/database/retry";
import { UnavailableError } from "../../src/errors";
import { lostError, sqlError } from "../support/errors";
import { FakeClock } from "../support/fake-clock";

describe("retry", () => {
  it("repeats at once after the first failure, then with growing pauses up to the limit", async () => {
    const clock = new FakeClock();
    let left = 7;
    const result = await retry(defaultPolicy, { clock, random: () => 1 }, async () => {
      if (left-- > 0) throw lostError();
      return "done";
    });
    expect(result).toBe("done");
    expect(clock.sleeps).toEqual([0, 50, 100, 200, 200, 200, 200]);
  });

  it("goes on through a failover of 8 seconds", async () => {
    const clock = new FakeClock();
    const back = clock.now() + 8000;
    await retry(defaultPolicy, { clock, random: () => 0.5 }, async () => {
      if (clock.now() < back) throw sqlError(1290);
    });
    expect(clock.now() - back).toBeLessThan(200);
  });

  it("gives up before the deadline, with the last failure as the cause", async () => {
    const clock = new FakeClock();
    const begin = clock.now();
    const failure = sqlError(3100);
    const end = retry(defaultPolicy, { clock, random: () => 1 }, () => Promise.reject(failure));
    await expect(end).rejects.toBeInstanceOf(UnavailableError);
    await expect(end).rejects.toMatchObject({ retryAfterSeconds: 2, cause: failure });
    expect(clock.now() - begin).toBeLessThan(15_000);
    expect(clock.now() - begin).toBeGreaterThan(14_000);
  });

  it("tells each attempt how much time is left", async () => {
    const clock = new FakeClock();
    const lefts: number[] = [];
    await retry(defaultPolicy, { clock, random: () => 1 }, async (n, leftMs) => {
      lefts.push(leftMs);
      clock.pass(1000);
      if (n < 2) throw lostError();
    });
    expect(lefts).toEqual([15_000, 14_000, 12_950]);
  });

  it("does not repeat what would fail again", async () => {
    const clock = new FakeClock();
    let calls = 0;
    const attempt = retry(defaultPolicy, { clock, random: () => 1 }, async () => {
      calls++;
      throw sqlError(1064, "syntax");
    });
    await expect(attempt).rejects.toThrow("syntax");
    expect(calls).toBe(1);
  });
});

describe("pauseMs", () => {
  it("spreads callers over the second half of the pause", () => {
    expect(pauseMs(defaultPolicy, 3, 0)).toBe(100);
    expect(pauseMs(defaultPolicy, 3, 1)).toBe(200);
  });
});
