import { describe, expect, it } from "vitest";
import { Override, type OverrideContext } from "../../../../host/supervisor/policy/override";
import { member, outside, upTo, view } from "../support/node-state";

const self = outside("db-3", { gtid: upTo(9), lastView: view("db-1", 5) });

const sight = (
  peers: OverrideContext["peers"],
  otherPrimary?: OverrideContext["otherPrimary"],
): OverrideContext => ({
  ...{ peers, otherPrimary, nodeCount: 3 },
});

function asked(state = self, seen = sight([outside("db-2")])) {
  return new Override().request(state, seen, 0);
}

describe("an operator's word", () => {
  it("is taken on a node with data that sees no group", () => {
    expect(asked()).toEqual({ accepted: true, reason: "db-3 founds the group" });
  });

  it.each([
    ["without data", asked({ ...self, gtid: "" }), "db-3 has no data"],
    ["with half a copy", asked({ ...self, cloneIncomplete: true }), /its clone was interrupted/],
    ["in a group", asked(member("db-3", "SECONDARY", { gtid: upTo(9) })), /member of a group/],
    [
      "that sees a group",
      asked(self, sight([member("db-1", "PRIMARY")])),
      "db-3 sees db-1 in a group with a majority",
    ],
    ["that sees a founding", asked(self, sight([outside("db-1", { founding: 7 })])), /is founding/],
    [
      "whose peers are hidden, beside a primary that an app node reaches",
      asked(self, sight([], { by: "10.0.3.11", primary: "db-1" })),
      "the app node 10.0.3.11 reaches db-1 as the primary",
    ],
  ])("is refused on a node %s", (_, answer, reason) => {
    expect(answer).toEqual({ accepted: false, reason: expect.stringMatching(reason) });
  });

  it("is taken on a node without data if every node is seen and none has any", () => {
    const empty = { ...self, gtid: "" };
    const peers = [outside("db-1", { gtid: "" }), outside("db-2", { gtid: "" })];
    expect(asked(empty, sight(peers)).accepted).toBe(true);
    expect(asked(empty, sight(peers.slice(1))).accepted).toBe(false);
    expect(asked(empty, sight([peers[0]!, outside("db-2", { gtid: upTo(1) })])).accepted).toBe(
      false,
    );
  });

  it("holds for two minutes", () => {
    const override = new Override();
    override.request(self, sight([]), 1_000);
    expect(override.holds(self, sight([]), 121_000)).toBe(true);
    expect(override.holds(self, sight([]), 121_001)).toBe(false);
    expect(override.holds(self, sight([]), 1_000)).toBe(false);
  });

  it("ends for good with the sight of a group", () => {
    const override = new Override();
    override.request(self, sight([]), 0);
    expect(override.holds(self, sight([member("db-1", "PRIMARY")]), 1)).toBe(false);
    expect(override.holds(self, sight([]), 2)).toBe(false);
  });

  it("ends for good with any sign of a later primary", () => {
    const override = new Override();
    override.request(self, sight([]), 0);
    expect(override.holds({ ...self, lastView: view("db-2", 6) }, sight([]), 1)).toBe(false);
    expect(override.holds(self, sight([]), 2)).toBe(false);
  });

  it("ends for good once an app node reaches another primary", () => {
    const override = new Override();
    override.request(self, sight([]), 0);
    expect(override.holds(self, sight([], { by: "10.0.3.12", primary: "db-2" }), 1)).toBe(false);
    expect(override.holds(self, sight([]), 2)).toBe(false);
  });

  it("ends when it was followed", () => {
    const override = new Override();
    override.request(self, sight([]), 0);
    override.end();
    expect(override.holds(self, sight([]), 1)).toBe(false);
  });
});
