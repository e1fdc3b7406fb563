import { describe, expect, it } from "vitest";
import { BaseAsking, isDumpDue } from "../../../host/archiver/due";

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

const base = "20261128T031500Z";
/** Sunday, 2026-11-29. */
const sunday = Date.parse("2026-11-29T03:15:00Z");
const state = { dumpOn: "sunday", isAsked: false, base, dump: "20261122T031700Z", isUrgent: false };

describe("a dump is due", () => {
  it("with the first base of its day", () => {
    expect(isDumpDue(state, sunday)).toBe(true);
    expect(isDumpDue(state, Date.parse("2026-11-29T00:00:00Z"))).toBe(true);
    expect(isDumpDue(state, Date.parse("2026-11-28T23:59:59Z"))).toBe(false);
    expect(isDumpDue({ ...state, dump: "20261129T000000Z" }, sunday)).toBe(false);
  });

  it.each(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])(
    "once in each week if it is %s",
    (dumpOn) => {
      let dump = "20261101T031500Z";
      const taken: number[] = [];
      for (let day = 0; day < 21; day += 1) {
        const nowMs = Date.parse("2026-11-02T03:15:00Z") + day * 24 * hourMs;
        if (!isDumpDue({ ...state, dumpOn, dump }, nowMs)) continue;
        taken.push(new Date(nowMs).getUTCDay());
        dump = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
      }
      const number = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
      const days = taken.map((day) => number[day]);
      expect(days.filter((day) => day === dumpOn)).toEqual(days.slice(-3));
      expect(days).toHaveLength(3);
    },
  );

  it("with a later base after one that was missed or failed", () => {
    expect(isDumpDue(state, sunday + 50 * hourMs)).toBe(true);
  });

  it("where there is none, but not before there is a base, nor where the archive waits for it", () => {
    const none = { ...state, dump: "" };
    expect(isDumpDue(none, sunday - 48 * hourMs)).toBe(true);
    expect(isDumpDue({ ...none, base: "" }, sunday)).toBe(false);
    expect(isDumpDue({ ...none, isUrgent: true }, sunday)).toBe(false);
  });

  it("on request, whatever the setting", () => {
    const off = { ...state, dumpOn: "off" };
    expect(isDumpDue(off, sunday)).toBe(false);
    expect(isDumpDue({ ...off, isAsked: true, base: "", isUrgent: true }, sunday)).toBe(true);
  });
});
