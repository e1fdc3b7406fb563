import { beforeEach, describe, expect, it } from "vitest";
import { entryIn, entryLines, Merge } from "../../../scripts/logs/entries";

const at = Date.UTC(2026, 2, 1, 12, 0, 0, 250) * 1_000;
const line = (different: object) =>
  JSON.stringify({
    ...{ __REALTIME_TIMESTAMP: String(at), SYSLOG_IDENTIFIER: "node", _PID: "7", MESSAGE: "hello" },
    ...different,
  });

describe("an entry of a journal", () => {
  it("has its time, its writer and its message", () => {
    expect(entryIn("app-1", line({}))).toEqual({
      ...{ node: "app-1", at, writer: "node[7]", message: "hello" },
    });
  });

  it("may be of the kernel, of bytes, or of none at all", () => {
    expect(entryIn("a", line({ SYSLOG_IDENTIFIER: undefined, _PID: undefined }))!.writer).toBe(
      "kernel",
    );
    expect(entryIn("a", line({ MESSAGE: [104, 195, 164] }))!.message).toBe("hä");
    expect(entryIn("a", line({ MESSAGE: null }))!.message).toBe("(no text)");
  });

  it.each(["", "Failed to parse", "{}", "null"])("is not %j", (text) => {
    expect(entryIn("a", text)).toBeUndefined();
  });

  it("is a line with its node for each of its own lines", () => {
    const entry = entryIn("app-1", line({ MESSAGE: "first\n  second\n" }))!;
    expect(entryLines(entry, 6)).toEqual([
      "app-1   2026-03-01 12:00:00.250Z  node[7]: first",
      "app-1   2026-03-01 12:00:00.250Z  node[7]:   second",
    ]);
  });
});

let printed: string[];
let merge: Merge;
beforeEach(() => {
  printed = [];
  merge = new Merge(({ message }) => printed.push(message));
});
const add = (message: string, at: number, arrivedAt: number) =>
  merge.add({ node: "a", at, writer: "x", message }, arrivedAt);

describe("entries of several nodes", () => {
  it("are printed by their times, those of one time as they came", () => {
    add("third", 30, 1);
    add("first", 10, 2);
    add("second", 20, 3);
    add("second too", 20, 4);
    merge.flush();
    expect(printed).toEqual(["first", "second", "second too", "third"]);
  });

  it("wait for others for as long as they are told to", () => {
    add("late", 20, 100);
    add("early", 10, 250);
    merge.flush(50);
    expect(printed).toEqual([]);
    merge.flush(250);
    expect(printed).toEqual(["early", "late"]);
    merge.flush();
    expect(printed).toHaveLength(2);
  });
});
