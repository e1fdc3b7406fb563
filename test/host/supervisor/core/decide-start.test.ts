import { describe, expect, it } from "vitest";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { decideFor } from "../support/decide-for";
import { certificate, member, outside, upTo, view } from "../support/node-state";

describe("a node outside of several groups", () => {
  it("joins the one with the highest epoch", () => {
    const lineage = [{ epoch: "101@db-1", founding: "" }];
    const later = member("db-3", "PRIMARY", { certificate: certificate(101), lineage });
    const group = [member("db-2", "PRIMARY"), later];
    expect(decideFor(outside("db-1"), group)).toEqual({ type: "join", lineage });
  });

  it("does not join one without a valid certificate, nor found one beside it", () => {
    const byHand = member("db-2", "PRIMARY", { groupId: "1799" });
    expect(decideFor(outside("db-1"), [byHand, outside("db-3")])).toEqual({
      type: "wait",
      reason: "db-2 is in a group without a valid certificate",
    });
  });

  it("waits with a group that is earlier than what this node has voted for", () => {
    const vote = { epoch: 101, founder: "db-3" };
    const group = [member("db-2", "PRIMARY")];
    expect(decideFor(outside("db-1", { vote }), group)).toEqual({
      type: "wait",
      reason: "this node has voted for db-3 to found a later group",
    });
    const same = { ...vote, epoch: 100 };
    expect(decideFor(outside("db-1", { vote: same }), group)).toMatchObject({ type: "join" });
  });
});

describe("a node while no group is visible", () => {
  const all = ["db-1", "db-2", "db-3"].map((node) => outside(node));

  it("waits for who is founding one, also against an operator's word", () => {
    const peers = [{ ...all[1]!, founding: 101 }, all[2]!];
    const wait = { type: "wait", reason: "db-2 is founding a group" };
    expect(decideFor(all[0]!, peers)).toEqual(wait);
    expect(decideFor(all[0]!, peers, { override: true })).toEqual(wait);
  });

  it("does not wait for itself to found one", () => {
    expect(decideFor({ ...all[0]!, founding: 101 }, all.slice(1))).toMatchObject({
      type: "bootstrap",
    });
  });

  it("founds one by an operator's word, and says so", () => {
    expect(decideFor(all[0]!, [], { override: true })).toEqual({
      ...{ type: "bootstrap", kind: "override", reason: "an operator ordered it" },
    });
  });

  it("founds the first one with nodes of which none remembers", () => {
    const fresh = all.map((one) => ({ ...one, remembers: false }));
    expect(decideFor(fresh[0]!, fresh.slice(1))).toEqual({
      ...{ type: "bootstrap", kind: "first" },
      reason: "of db-1, db-2, db-3 this node has all transactions",
    });
  });

  it("founds one as the whole electorate, and any other node with the vote of that one", () => {
    const known = {
      lastView: view("db-1", 5),
      electorate: { members: ["db-1"], by: null, step: 0 },
    };
    const one = outside("db-1", { ...known, gtid: upTo(8) });
    const two = outside("db-2", { ...known, gtid: upTo(9) });
    expect(decideFor(one, [])).toMatchObject({ type: "bootstrap", kind: "first" });
    expect(decideFor(two, [one])).toMatchObject({ type: "bootstrap", kind: "majority" });
  });

  it("has a majority that remembers choose without regard to what others have beyond it", () => {
    const lost = outside("db-3", { remembers: false });
    const known = { lastView: view("db-1", 5), gtid: upTo(9) };
    const [one, two] = [outside("db-1", known), outside("db-2", { ...known, gtid: upTo(8) })];
    const chosen = { type: "bootstrap", kind: "majority" };
    expect(decideFor(one, [two, { ...lost, gtid: upTo(7) }])).toEqual({
      ...{ ...chosen, reason: "of db-1, db-2, db-3 this node has all transactions" },
    });
    expect(decideFor(one, [two, { ...lost, gtid: upTo(10) }])).toEqual({
      ...{ ...chosen, reason: "of db-1, db-2, db-3 this node was the last primary" },
    });
  });
});

describe("a node with almost no free disk", () => {
  const at = (node: string, more: Partial<NodeState> = {}) =>
    outside(node, {
      certificate: certificate(),
      lastView: view("db-1", 3),
      gtid: upTo(9),
      ...more,
    });
  const full = at("db-1", { diskSpent: true });

  it("leaves the founding to another one with all transactions", () => {
    expect(decideFor(at("db-2"), [full, at("db-3")])).toMatchObject({ type: "bootstrap" });
    expect(decideFor(full, [at("db-2"), at("db-3")])).toMatchObject({
      reason: "db-2 has all transactions and starts the group",
    });
  });

  it("is still the one if no other has all transactions", () => {
    const less = { gtid: upTo(8) };
    expect(decideFor(full, [at("db-2", less), at("db-3", less)]).type).toBe("bootstrap");
  });
});

describe("a group of one member", () => {
  const alone = member("db-1", "PRIMARY", {
    ...{ gtid: upTo(5), members: ["db-1"], lastView: view("db-1", 1) },
  });
  const self = outside("db-2", { gtid: upTo(7), certificate: certificate() });
  const empty = outside("db-3", { cloneIncomplete: true });

  it("gets one copy after the other, so that no two nodes are without data", () => {
    expect(decideFor(self, [alone, outside("db-3")]).type).toBe("rebuild");
    expect(decideFor(self, [alone, empty])).toEqual({
      type: "wait",
      reason: expect.stringMatching(/^db-3 becomes a copy first; /) as string,
    });
    expect(decideFor({ ...self, cloneIncomplete: true }, [alone, empty]).type).toBe("rebuild");
    const two = [alone, member("db-4", "SECONDARY", { gtid: upTo(5) }), empty];
    expect(decideFor(self, two).type).toBe("rebuild");
  });
});

describe("after a group that an operator made", () => {
  const operators = certificate(102, { kind: "override", founder: "db-1", voters: ["db-1"] });
  const of102 = { certificate: operators, lastView: view("db-1", 1, 102) };
  const other = "aaaaaaaa-6a5e-4d0c-9f6a-0c1d5f3e9b11:1";
  const one = outside("db-1", { ...of102, gtid: upTo(3) });
  const two = outside("db-2", { certificate: certificate(100), lastView: view("db-2", 5) });

  it("nobody chooses its primary that no majority knew, if another one has more", () => {
    expect(decideFor(one, [{ ...two, gtid: other }])).toEqual({
      type: "wait",
      reason: "no node has all transactions; an operator must choose one with npm run db:override",
    });
  });

  it("its primary is chosen if it has everything", () => {
    expect(decideFor(one, [{ ...two, gtid: upTo(2) }])).toMatchObject({
      ...{ type: "bootstrap", reason: "of db-1, db-2 this node has all transactions" },
    });
  });

  it("its primary is chosen if a majority knew the group", () => {
    expect(decideFor(one, [{ ...two, ...of102, gtid: other }])).toMatchObject({
      ...{ type: "bootstrap", reason: "of db-1, db-2 this node was the last primary" },
    });
  });

  it("a later group that was voted for is beyond doubt", () => {
    const of103 = { certificate: certificate(103), lastView: view("db-1", 1, 103) };
    expect(decideFor({ ...one, ...of103 }, [{ ...two, gtid: other }])).toMatchObject({
      ...{ type: "bootstrap", reason: "of db-1, db-2 this node was the last primary" },
    });
  });
});
