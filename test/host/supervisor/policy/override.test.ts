import { describe, expect, it } from "vitest";
import { Override } from "../../../../host/supervisor/policy/override";
import { member, outside, upTo, view } from "../support/node-state";

const self = outside("db-3", { gtid: upTo(9), lastView: view("db-1", 5) });

function asked(state = self, peers = [outside("db-2")]) {
  return new Override().ask(state, peers, 3, 0);
}

describe("an operator's word", () => {
  it("is taken on a node with data that sees no group", () => {
    expect(asked()).toEqual({ accepted: true, reason: "db-3 founds the group" });
  });

  it.each([
    ["without data", asked({ ...self, gtid: "" }), "db-3 has no data"],
    ["with half a copy", asked({ ...self, cloneIncomplete: true }), /a copy was broken off/],
    ["in a group", asked(member("db-3", "SECONDARY", { gtid: upTo(9) })), /member of a group/],
    [
      "that sees a group",
      asked(self, [member("db-1", "PRIMARY")]),
      "db-3 sees that db-1 is in a group with a majority",
    ],
    ["that sees a founding", asked(self, [outside("db-1", { founding: 7 })]), /is founding/],
  ])("is refused on a node %s", (_, answer, reason) => {
    expect(answer).toEqual({ accepted: false, reason: expect.stringMatching(reason) });
  });

  it("holds for two minutes", () => {
    const override = new Override();
    override.ask(self, [], 3, 1_000);
    expect(override.holds(self, [], 3, 121_000)).toBe(true);
    expect(override.holds(self, [], 3, 121_001)).toBe(false);
    expect(override.holds(self, [], 3, 1_000)).toBe(false);
  });

  it("ends for good with the sight of a group", () => {
    const override = new Override();
    override.ask(self, [], 3, 0);
    expect(override.holds(self, [member("db-1", "PRIMARY")], 3, 1)).toBe(false);
    expect(override.holds(self, [], 3, 2)).toBe(false);
  });

  it("ends for good with any sign of a later primary", () => {
    const override = new Override();
    override.ask(self, [], 3, 0);
    expect(override.holds({ ...self, lastView: view("db-2", 6) }, [], 3, 1)).toBe(false);
    expect(override.holds(self, [], 3, 2)).toBe(false);
  });

  it("ends when it was followed", () => {
    const override = new Override();
    override.ask(self, [], 3, 0);
    override.end();
    expect(override.holds(self, [], 3, 1)).toBe(false);
  });
});
