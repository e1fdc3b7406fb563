import { describe, expect, it } from "vitest";
import { Override, type OverrideContext } from "../../../../host/supervisor/policy/override";
import { nodes } from "../support/decide-for";
import { certificate, member, outside, upTo, view } from "../support/node-state";

const self = outside("db-3", { gtid: upTo(9), lastView: view("db-1", 5) });

const sight = (
  peers: OverrideContext["peers"],
  otherPrimary?: OverrideContext["otherPrimary"],
): OverrideContext => ({
  ...{ peers, otherPrimary, nodes },
});

function asked(state = self, seen = sight([outside("db-2")])) {
  return new Override().request(state, seen, 0);
}

/** The primary of a group that only it knows, or that the other node knows too. */
const primary = member("db-3", "PRIMARY", { gtid: upTo(9), lastView: view("db-3", 5) });
const knowing = outside("db-2", { lastView: view("db-3", 5) });

describe("an operator's word", () => {
  it("is taken on a node with data that sees no group", () => {
    expect(asked()).toEqual({ accepted: true, reason: "db-3 founds the group" });
  });

  it.each([
    ["without data", asked({ ...self, gtid: "" }), "db-3 has no data"],
    ["with half a copy", asked({ ...self, cloneIncomplete: true }), /its clone was interrupted/],
    ["in a group", asked(member("db-3", "SECONDARY", { gtid: upTo(9) })), /member of a group/],
    ["that is a primary which serves", asked(primary, sight([knowing])), /member of a group/],
    [
      "that is a primary without the majority of its group",
      asked({ ...primary, majority: false }, sight([])),
      /member of a group/,
    ],
    [
      "that is an operator's primary already",
      asked({ ...primary, alone: true }, sight([])),
      /member of a group/,
    ],
    [
      "that sees a group",
      asked(self, sight([member("db-1", "SECONDARY")])),
      "db-3 sees db-1 in a group with a majority",
    ],
    [
      "that sees a primary which serves",
      asked(outside("db-2", { gtid: upTo(9), lastView: view("db-3", 5) }), sight([primary])),
      "db-2 sees db-3 in a group with a majority",
    ],
    [
      "that sees a primary which nobody confirms",
      asked(outside("db-2", { gtid: upTo(9) }), sight([primary])),
      "db-2 sees db-3 as the primary of a group that no majority confirms, as far as it sees: order the override on db-3, or stop MySQL there first",
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

  it("is taken, and holds, on the primary of a group that no majority confirms", () => {
    const beside = sight([outside("db-1"), outside("db-2", { lastView: view("db-2", 1, 101) })]);
    expect(asked(primary, beside).accepted).toBe(true);
    const override = new Override();
    override.request(primary, beside, 0);
    expect(override.holds(primary, beside, 1)).toBe(true);
    expect(override.holds(primary, sight([knowing]), 2)).toBe(false);
    expect(override.holds(primary, beside, 3)).toBe(false);
  });

  it("is taken, and holds, on that primary beside the members of its own group", () => {
    const follower = member("db-1", "SECONDARY", { lastView: view("db-3", 5), remembers: false });
    const beside = sight([follower, { ...follower, node: "db-2" }]);
    expect(asked(primary, beside).accepted).toBe(true);
    const override = new Override();
    override.request(primary, beside, 0);
    expect(override.holds(primary, beside, 1)).toBe(true);
    // A member that is the primary itself, or one of another group, is no follower.
    const other = (change: Partial<typeof follower>) =>
      asked(primary, sight([{ ...follower, ...change }])).accepted;
    expect(other({ member: { state: "ONLINE", role: "PRIMARY" } })).toBe(false);
    expect(other({ groupId: "1799" })).toBe(false);
  });

  it("is taken beside a member on an operator's primary whose group another node doubts", () => {
    const five = [...nodes, "db-4", "db-5"];
    const operators = certificate(102, {
      founder: "db-3",
      kind: "override",
      knew: view("db-1", 4),
    });
    const of102 = { certificate: operators, groupId: operators.groupId };
    const founder = { ...primary, ...of102, lastView: view("db-3", 1, 102) };
    const follower = member("db-2", "SECONDARY", { ...of102, lastView: view("db-3", 1, 102) });
    const knew = { certificate: certificate(100), lastView: view("db-1", 5) };
    const beside = { ...sight([follower, outside("db-1", knew)]), nodes: five };
    expect(asked({ ...founder, alone: true }, beside).accepted).toBe(true);
  });

  it("is sent to that primary on the members of its group", () => {
    const follower = member("db-1", "SECONDARY", { gtid: upTo(9), lastView: view("db-3", 5) });
    const beside = sight([{ ...primary, remembers: false }]);
    expect(asked(follower, beside).reason).toMatch(/order the override on db-3/);
    const seen = sight([{ ...follower, remembers: false }, primary]);
    expect(asked(outside("db-2", { gtid: upTo(9) }), seen).reason).toMatch(
      /order the override on db-3/,
    );
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
