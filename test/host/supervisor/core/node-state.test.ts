import { describe, expect, it } from "vitest";
import { wasMember } from "../../../../host/supervisor/core/node-state";
import { member, outside } from "../support/node-state";

describe("wasMember", () => {
  it("is true for a member that ended in an error, whose supervisor may be a new one", () => {
    expect(wasMember({ state: "ERROR", role: "" })).toBe(true);
    expect(wasMember(member("db-1", "SECONDARY").member)).toBe(true);
  });

  it("is false for one that was never let in, and for one that is not there yet", () => {
    expect(wasMember(outside("db-1").member)).toBe(false);
    expect(wasMember({ state: "RECOVERING", role: "SECONDARY" })).toBe(false);
    expect(wasMember(null)).toBe(false);
  });
});
