import { describe, expect, it } from "vitest";
import { fromLegacy } from "../../../../host/supervisor/core/legacy";

const lastView = { primary: "db-2", epoch: "17958542507545073", counter: 5, turn: 1 };

describe("what a supervisor from before certificates had", () => {
  it("is a group that counts as agreed on, and later groups have higher epochs", () => {
    const record = fromLegacy({ lastView, sole: false, alone: false });
    expect(record).toMatchObject({
      ...{ remembers: true, highest: 179585425, sole: false, alone: false },
      certificate: { epoch: 179585425, kind: "inherited", groupId: "17958542507545073" },
      lastView: { primary: "db-2", epoch: 179585425, counter: 5, turn: 1 },
    });
  });

  it("is nothing on a new node, and not on one that was the only one", () => {
    expect(fromLegacy({ lastView: null, sole: false, alone: false }).remembers).toBe(false);
    expect(fromLegacy({ lastView: null, sole: true, alone: false })).toMatchObject({
      ...{ remembers: true, sole: true },
    });
  });

  it("is nothing if its epoch is none", () => {
    const odd = { ...lastView, epoch: "99999999999999999999" };
    expect(fromLegacy({ lastView: odd, sole: false, alone: false })).toMatchObject({
      ...{ remembers: false, certificate: null },
    });
  });
});
