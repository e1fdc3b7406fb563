import { describe, expect, it } from "vitest";
import { entryIn, entryLines } from "../../../scripts/logs/entry";

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
