import { describe, expect, it } from "vitest";
import { includes, missingFrom } from "../../../../host/supervisor/core/gtid";

describe("sets of transactions", () => {
  it.each([
    ["a:1-5", "a:2-3", ""],
    ["a:1-3:4-5", "a:1-5", ""],
    ["a:1-5", "a:4-6", "a:4-6"],
    ["a:1-5,b:1", "b:1-2,a:5", "b:1-2"],
    ["", "a:1", "a:1"],
    ["A:1-5", "a:5", ""],
    ["a:1-5", "a:tag:1", "a:tag:1"],
    ["a:1-5:tag:1-2,\nb:7", "a:tag:2,b:7", ""],
  ])("%j lacks of %j: %j", (outer, inner, missing) => {
    expect(missingFrom(outer, inner)).toBe(missing);
    expect(includes(outer, inner)).toBe(missing === "");
  });
});
