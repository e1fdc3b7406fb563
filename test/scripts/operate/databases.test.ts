import { describe, expect, it } from "vitest";
import { type DatabaseState, primaryOf } from "../../../scripts/operate/databases";

function state(role: string, own: Partial<DatabaseState> = {}): DatabaseState {
  const member = { state: "ONLINE", role };
  const rest = { ready: true, gtid: "", lastView: null, dataAgeMs: 0, waiting: "" };
  return { ...rest, majority: true, members: [], member, ...own };
}

describe("the primary", () => {
  it("is the one of a majority, not one that is cut off and still calls itself so", () => {
    const cutOff = state("PRIMARY", { majority: false });
    const states = new Map([
      ["db-1", cutOff],
      ["db-2", state("PRIMARY")],
    ]);
    expect(primaryOf(states)).toBe("db-2");
    expect(primaryOf(new Map([["db-1", cutOff]]))).toBeUndefined();
  });

  it("is none while nobody answers or the member is not ONLINE", () => {
    const recovering = state("PRIMARY", { member: { state: "RECOVERING", role: "PRIMARY" } });
    const states = new Map([
      ["db-1", undefined],
      ["db-2", recovering],
    ]);
    expect(primaryOf(states)).toBeUndefined();
  });
});
