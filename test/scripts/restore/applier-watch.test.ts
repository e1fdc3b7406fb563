import { describe, expect, it } from "vitest";
import {
  ApplierWatch,
  bufferPoolBytes,
  type ApplierSample,
  sampleOf,
} from "../../../scripts/restore/applier-watch";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const counters = { rows: 100, bytes: 10_000, stages: 5, cpuMs: 2_000 };
const still: ApplierSample = {
  ...{ atMs: 0, gtids: `${uuid}:1-6`, ...counters, isRunning: true },
  ...{ applying: `${uuid}:7`, state: "altering table" },
};

/** Looks each second for so many minutes; what is seen grows with the seconds. */
function watched(minutes: number, seen: (second: number) => Partial<ApplierSample>): string[] {
  const watch = new ApplierWatch();
  return Array.from({ length: minutes * 60 + 1 }, (_, second) =>
    watch.look({ ...still, atMs: second * 1_000, ...seen(second) }),
  ).filter((line) => line !== undefined);
}

describe("an applier whose GTID set does not change for half an hour", () => {
  it.each<[string, (second: number) => Partial<ApplierSample>]>([
    ["changes rows", (second) => ({ rows: 100 + second })],
    ["reads and writes", (second) => ({ bytes: second * 100_000 })],
    ["completes work of a statement", (second) => ({ stages: 5 + Math.floor(second / 300) })],
    ["uses a processor", (second) => ({ cpuMs: second * 150 })],
    ["shows a sign each nine minutes", (second) => ({ rows: Math.floor(second / 540) })],
  ])("is not stuck while it %s", (_, seen) => {
    expect(watched(30, seen)).toHaveLength(30);
  });

  it("is named each minute, with what it does", () => {
    expect(watched(2, (second) => ({ rows: second }))).toEqual([
      `replays     ${uuid}:7 for 1 min, altering table`,
      `replays     ${uuid}:7 for 2 min, altering table`,
    ]);
    expect(watched(3, () => ({})).at(-1)).toBe(
      `replays     ${uuid}:7 for 3 min, altering table; nothing was seen of it for 3 min`,
    );
  });

  it("is stuck after ten minutes in which only the looks and MySQL's own pauses cost something", () => {
    const idle = (second: number) => ({ cpuMs: second * 40, bytes: second * 20_000 });
    expect(watched(10, idle)).toHaveLength(10);
    expect(() => watched(11, idle)).toThrow(
      `the applier has done nothing for 10 min (${uuid}:7; altering table)`,
    );
  });

  it("has ten minutes again after each transaction", () => {
    const moves = (second: number) => ({ gtids: `${uuid}:1-${6 + Math.floor(second / 590)}` });
    expect(watched(30, moves).length).toBeGreaterThan(20);
  });
});

it("what is seen is read from MySQL's row, and from the line of its process", () => {
  const row = `${uuid}:1-6\t1.5e3\t20000\t7\tON\t${uuid}:7\taltering table`;
  const fields = Array.from({ length: 50 }, (_, i) => i + 3);
  expect(sampleOf(row, `17 (my sql) d) ${fields.join(" ")}\n`, 9)).toEqual({
    ...{ ...still, atMs: 9, rows: 1_500, bytes: 20_000, stages: 7 },
    cpuMs: (14 + 15) * 10,
  });
  expect(sampleOf("\t0\t0\t0\tOFF\t\t", "", 0)).toMatchObject({ gtids: "", isRunning: false });
});

it.each([
  [100, 128],
  [3_000, 1_408],
  [100_000, 8_192],
])("of %d MiB available memory MySQL gets %d", (available, wanted) => {
  const meminfo = `MemTotal:  9 kB\nMemAvailable:   ${available * 1_024} kB\nBuffers: 1 kB\n`;
  expect(bufferPoolBytes(meminfo) / 2 ** 20).toBe(wanted);
});

it("of unknown memory MySQL gets its own default", () => {
  expect(bufferPoolBytes("")).toBe(128 * 2 ** 20);
});
