import { describe, expect, it } from "vitest";
import { BaseAsking } from "../../../host/archiver/base/asking";

const hourMs = 3_600_000;
const newest = "20261128T031500Z";
const takenMs = Date.UTC(2026, 10, 28, 3, 15);

function asking() {
  const clock = { ms: 5_000 };
  return { clock, asking: new BaseAsking(() => clock.ms) };
}

describe("a request for a base", () => {
  it("is made at once where there is none, and again after ten minutes until there is one", () => {
    const { clock, asking: it } = asking();
    expect(it.reason({ timeline: "t", newest: "", gap: false }, takenMs)).toBe("there is none");
    it.note("t");
    clock.ms += 599_999;
    expect(it.reason({ timeline: "t", newest: "", gap: false }, takenMs)).toBeUndefined();
    clock.ms += 1;
    expect(it.reason({ timeline: "t", newest: "", gap: false }, takenMs)).toBe("there is none");
    expect(it.reason({ timeline: "t", newest, gap: false }, takenMs)).toBeUndefined();
  });

  it("is made for a gap, however new the newest base is", () => {
    const { asking: it } = asking();
    expect(it.reason({ timeline: "t", newest, gap: true }, takenMs)).toContain("gap");
  });

  it("is made each hour once a night was missed", () => {
    const { clock, asking: it } = asking();
    expect(it.reason({ timeline: "t", newest, gap: false }, takenMs + 25 * hourMs)).toBeUndefined();
    expect(it.reason({ timeline: "t", newest, gap: false }, takenMs + 25 * hourMs + 1)).toContain(
      newest,
    );
    it.note("t");
    clock.ms += hourMs - 1;
    expect(it.reason({ timeline: "t", newest, gap: false }, takenMs + 26 * hourMs)).toBeUndefined();
    clock.ms += 1;
    expect(it.reason({ timeline: "t", newest, gap: false }, takenMs + 26 * hourMs)).toContain(
      newest,
    );
  });

  it("is made at once for a new history, however late the last one was asked for", () => {
    const { asking: it } = asking();
    it.note("t");
    expect(it.reason({ timeline: "t", newest: "", gap: true }, takenMs)).toBeUndefined();
    expect(it.reason({ timeline: "next", newest: "", gap: true }, takenMs)).toContain("gap");
  });
});
