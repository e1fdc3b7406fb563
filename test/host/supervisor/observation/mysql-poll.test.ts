import { describe, expect, it } from "vitest";
import { SinglePoll } from "../../../../host/supervisor/observation/mysql-poll";

describe("SingleLook", () => {
  it("begins a look each time if the one before has ended", async () => {
    let looks = 0;
    const single = new SinglePoll(async () => void (looks += 1));
    expect(await single.next(1_000)).toBe(true);
    expect(await single.next(1_000)).toBe(true);
    expect([looks, single.isLate]).toEqual([2, false]);
  });

  it("waits for a late one, and begins no other", async () => {
    let looks = 0;
    let answer = () => undefined as void;
    const single = new SinglePoll(() => {
      looks += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    expect([await single.next(1), await single.next(1)]).toEqual([false, false]);
    expect([looks, single.isLate]).toEqual([1, true]);
    answer();
    expect(await single.next(1_000)).toBe(true);
    expect([looks, single.isLate]).toEqual([1, false]);
  });

  it("passes a failure on, and looks again", async () => {
    let looks = 0;
    const single = new SinglePoll(async () => {
      looks += 1;
      throw new Error("gone away");
    });
    await expect(single.next(1_000)).rejects.toThrow("gone away");
    await expect(single.next(1_000)).rejects.toThrow("gone away");
    expect(looks).toBe(2);
  });
});
