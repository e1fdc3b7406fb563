import { describe, expect, it } from "vitest";
import { permanentSettingFailures } from "../../provider/inventory-provider";

const name = "network.publicAddresses";
const record = (value?: string) => ({
  things: {},
  ...(value === undefined ? {} : { chosen: { [name]: value } }),
});

describe("a setting that is chosen when a stack is made", () => {
  it.each([
    [undefined, "edge", "must stay all, got edge"],
    ["edge", undefined, "must stay edge, got all"],
  ])("is refused when it changes from %s to %s", (before, after, words) => {
    const [failure, ...others] = permanentSettingFailures(record(before), record(after));
    expect(failure!.reason).toContain(`webstack:${name} ${words}: a server gets or loses`);
    expect(failure!.reason).toContain("make a new stack beside this one");
    expect(others).toEqual([]);
  });

  it.each([undefined, "edge"])("may stay %s", (value) => {
    expect(permanentSettingFailures(record(value), record(value))).toEqual([]);
  });

  it("is free at the first record", () => {
    expect(permanentSettingFailures({}, record("edge"))).toEqual([]);
  });
});
