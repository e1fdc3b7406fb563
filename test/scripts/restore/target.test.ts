import { describe, expect, it } from "vitest";
import { microsecondsOf, targetOf, timeText } from "../../../scripts/restore/target";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

describe("the time of a restore", () => {
  it("is read to the microsecond, and written as it was read", () => {
    for (const text of ["2026-11-23T06:10:52.500001Z", "2028-02-29T23:59:59.000000Z"]) {
      expect(timeText(microsecondsOf(text))).toBe(text);
    }
    expect(timeText(microsecondsOf("2026-11-23T06:10:52Z"))).toBe("2026-11-23T06:10:52.000000Z");
  });

  it.each([
    // JavaScript takes these for the days after.
    ...["2026-02-29T10:00:00Z", "2026-02-30T10:00:00Z", "2026-04-31T10:00:00Z"],
    ...["2026-11-23T24:00:00Z", "2026-11-23T23:59:60Z", "2026-13-01T10:00:00Z"],
    ...["2026-11-23T06:10:52+02:00", "2026-11-23T06:10:52", "2026-11-23 06:10:52Z"],
  ])("is not %s", (text) => {
    expect(() => microsecondsOf(text)).toThrow(
      `--to must be a time in UTC such as 2026-11-23T06:10:52.500000Z, got "${text}"`,
    );
  });
});

describe("the GTID set of a restore", () => {
  it("is taken without spaces", () => {
    expect(targetOf({ "to-gtid": `${uuid}:1-5:7,\n${uuid}:9` })).toEqual({
      ...{ kind: "gtid", set: `${uuid}:1-5:7,${uuid}:9` },
    });
  });

  // Such a range has no transaction, and would be left out of the target without a word.
  it.each([`${uuid}:5-3`, `${uuid}:1-5:9-8`, `${uuid}:0-3`, `${uuid}:0`])("is not %s", (set) => {
    expect(() => targetOf({ "to-gtid": set })).toThrow(
      `--to-gtid must be a GTID set such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23, got "${set}"`,
    );
  });
});
