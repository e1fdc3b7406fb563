import { describe, expect, it } from "vitest";
import { isWithin, type Drill } from "../../../scripts/drill/drill";
import type { Write } from "../../../scripts/drill/ledger";
import { staleMs } from "../../../scripts/drill/stale-reads";

function write(text: string, answeredMs: number, result: Write["result"] = "acknowledged"): Write {
  return { text, answeredMs, result };
}

describe("the age of a read", () => {
  const writes = [write("a", 100), write("b", 200), write("c", 300), write("d", 400)];

  it("is that of the first write after the newest one that it shows", () => {
    expect(staleMs(["b", "a"], writes, 1_000)).toBe(700);
    expect(staleMs(["d", "c"], writes, 1_000)).toBe(0);
  });

  it("counts only what was acknowledged before it", () => {
    expect(staleMs(["b", "a"], writes, 250)).toBe(0);
    const unknown = [...writes.slice(0, 2), write("c", 300, "unknown")];
    expect(staleMs(["b", "a"], unknown, 1_000)).toBe(0);
  });
});

describe("a drill", () => {
  const drill = { boundMs: 1_000, moves: [0, 1] } as unknown as Drill;
  const measured = { outageMs: 10, requests: 5, failed: 0, moves: 0 };

  it("is missed with one broken promise, whatever else was measured", () => {
    expect(isWithin(drill, measured)).toBe(true);
    expect(isWithin(drill, { ...measured, broken: 1 })).toBe(false);
  });
});
