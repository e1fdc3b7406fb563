import { describe, expect, it } from "vitest";
import {
  type DatabaseState,
  primaryOf,
  servingAfter,
  servingPrimaryOf,
  settledStates,
} from "../../../scripts/operate/databases";

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

describe("the primary that takes writes", () => {
  const unconfirmed = state("PRIMARY", { servesWrites: false, noWrites: "1 of 3 confirm it" });
  const serving = state("PRIMARY", { servesWrites: true, noWrites: "" });

  it("is none while the primary takes none, which still is the primary", () => {
    const states = new Map([["db-1", unconfirmed]]);
    expect(servingPrimaryOf(states)).toBeUndefined();
    expect(primaryOf(states)).toBe("db-1");
  });

  it("is preferred to another one that says that it is the primary", () => {
    const states = new Map([
      ["db-1", unconfirmed],
      ["db-2", serving],
    ]);
    expect(primaryOf(states)).toBe("db-2");
    expect(servingPrimaryOf(states)).toBe("db-2");
  });

  it("is any primary of a supervisor that does not report writes", () => {
    expect(servingPrimaryOf(new Map([["db-1", state("PRIMARY")]]))).toBe("db-1");
    expect(servingPrimaryOf(new Map([["db-1", state("SECONDARY")]]))).toBeUndefined();
  });

  it("is one whose MySQL answers late, which reports no member", () => {
    const late = { ...serving, member: null, ready: false };
    expect(servingPrimaryOf(new Map([["db-1", late]]))).toBe("db-1");
  });

  it("is looked for twice, because a switch may be under way", async () => {
    const looks = [unconfirmed, serving];
    const look = async () => new Map([["db-1", looks.shift()]]);
    expect(servingPrimaryOf(await settledStates(look, 1))).toBe("db-1");
    looks.push(unconfirmed, unconfirmed, serving);
    expect(servingPrimaryOf(await settledStates(look, 1))).toBeUndefined();
    expect(looks).toHaveLength(1);
  });

  it("is awaited after a switch, and whichever it is then", async () => {
    const looks = [unconfirmed, serving];
    const look = async () => new Map([["db-2", looks.length > 1 ? looks.shift() : looks[0]]]);
    expect(await servingAfter("db-2", look)).toBe("db-2");
    looks.splice(0, 2, unconfirmed);
    expect(await servingAfter("db-2", look, 1)).toBeUndefined();
    looks.splice(0, 1, serving);
    expect(await servingAfter("db-3", look, 1)).toBe("db-2");
  });
});
