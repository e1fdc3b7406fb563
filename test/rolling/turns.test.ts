import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Turns } from "../../rolling/turns";

/** Who got the turn, and who was refused with which words, in order. */
let told: string[];
let turns: Turns;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  turns = new Turns();
});
afterEach(() => vi.useRealTimers());

function take(name: string, rank = 0): void {
  turns.take(name, rank).then(
    () => told.push(name),
    (error: Error) => told.push(error.message),
  );
}
const settle = () => vi.advanceTimersByTimeAsync(3_000);

describe("turns", () => {
  it("are given to the lowest rank of those who come at once, then to the next", async () => {
    take("db-1", 7);
    take("app-1", 4);
    take("app-2", 4);
    await vi.advanceTimersByTimeAsync(2_900);
    take("web-1", 2);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(["web-1"]);
    for (const name of ["web-1", "app-1", "app-2"]) {
      expect(turns.isOf(name)).toBe(true);
      turns.done(name);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(told).toEqual(["web-1", "app-1", "app-2", "db-1"]);
  });

  it("are never of two", async () => {
    take("web-1");
    await settle();
    take("web-2");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(["web-1"]);
    turns.done("web-2");
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["web-1"]);
    expect([turns.isOf("web-1"), turns.isOf("web-2")]).toEqual([true, false]);
  });

  it("are given to who comes when the last one has ended", async () => {
    take("web-1");
    await settle();
    turns.done("web-1");
    take("web-2");
    await settle();
    expect(told).toEqual(["web-1", "web-2"]);
  });

  it("end for all with the first failure, for those who wait and those who come later", async () => {
    take("web-1");
    await settle();
    take("web-2");
    turns.stop("web-1", "its disk burns");
    await vi.advanceTimersByTimeAsync(0);
    take("app-1");
    await settle();
    expect(turns.isOf("web-1")).toBe(false);
    const reason = "was not begun, since this failed before: web-1: its disk burns";
    expect(told).toEqual(["web-1", `web-2 ${reason}`, `app-1 ${reason}`]);
  });

  it("end for all if somebody fails before the turn, but not for who has it", async () => {
    take("web-1");
    await settle();
    take("web-2");
    turns.stop("app-1", "has no address");
    await vi.advanceTimersByTimeAsync(0);
    expect(turns.isOf("web-1")).toBe(true);
    turns.done("web-1");
    await settle();
    expect(told).toEqual([
      "web-1",
      "web-2 was not begun, since this failed before: app-1: has no address",
    ]);
  });

  it("name the first failure, whatever fails after it", async () => {
    turns.stop("web-1", "first");
    turns.stop("web-2", "second");
    take("web-3");
    await settle();
    expect(told).toEqual(["web-3 was not begun, since this failed before: web-1: first"]);
  });

  it("are given to nobody for ever", async () => {
    take("web-1");
    await settle();
    take("web-2");
    await vi.advanceTimersByTimeAsync(90 * 60_000);
    expect(told.at(-1)).toMatch(/web-2 was not begun.*web-1: its turn did not end in 90 min/);
  });

  it("leave no timer behind", async () => {
    take("web-1");
    await settle();
    turns.done("web-1");
    expect(vi.getTimerCount()).toBe(0);
  });
});
