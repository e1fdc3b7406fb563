import { describe, expect, it } from "vitest";
import { jsonLog, limitedLog } from "../src/log";

describe("jsonLog", () => {
  it("writes one line of JSON for each event", () => {
    const lines: string[] = [];
    const log = jsonLog(
      (line) => void lines.push(line),
      () => 0,
    );
    log("info", "ready", { text: "two\nlines" });
    expect(lines).toEqual([
      `{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"ready","pid":${process.pid},"text":"two\\nlines"}\n`,
    ]);
  });
});

describe("limitedLog", () => {
  it("leaves out what is too much in a second, event by event, and says how much that was", () => {
    const lines: unknown[] = [];
    let now = 1000;
    const log = limitedLog(
      (_, event, fields) => void lines.push([event, fields]),
      2,
      () => now,
    );
    for (let n = 1; n <= 5; n++) log("warning", "unavailable", { n });
    log("info", "ready");
    now = 2000;
    log("warning", "unavailable", { n: 6 });
    log("warning", "unavailable", { n: 7 });
    expect(lines).toEqual([
      ["unavailable", { n: 1 }],
      ["unavailable", { n: 2 }],
      ["ready", undefined],
      ["unavailable", { n: 6, suppressed: 3 }],
      ["unavailable", { n: 7 }],
    ]);
  });
});
