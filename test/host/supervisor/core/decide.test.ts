import { describe, expect, it } from "vitest";
import { decideFor, nodes } from "../support/decide-for";
import { certificate, member, outside, upTo, view } from "../support/node-state";

describe("a node outside", () => {
  it("waits for its own MySQL", () => {
    expect(decideFor(outside("db-1", { ready: false }), [])).toEqual({
      type: "wait",
      reason: "MySQL does not answer yet",
    });
  });

  it("joins a group with a majority, whatever else is true", () => {
    const peers = [member("db-2", "PRIMARY", { gtid: upTo(9) })];
    expect(decideFor(outside("db-1", { gtid: upTo(7) }), peers)).toEqual({
      type: "join",
      lineage: [],
    });
  });

  it("waits until the group has noticed that it was gone", () => {
    const peers = [member("db-2", "PRIMARY", { members: ["db-1", "db-2", "db-3"] })];
    expect(decideFor(outside("db-1"), peers)).toEqual({
      type: "wait",
      reason: "the group has not noticed yet that this member is gone",
      instead: { type: "join", lineage: [] },
    });
  });

  it("does not join, or make, a group while a minority of one is visible", () => {
    const peers = [member("db-2", "PRIMARY", { majority: false }), outside("db-3")];
    expect(decideFor(outside("db-1", { lastView: view("db-1", 3) }), peers)).toEqual({
      type: "wait",
      reason: "a group without a majority is visible",
    });
  });

  it("counts a member whose MySQL does not answer as not visible", () => {
    const peers = [member("db-2", "PRIMARY", { ready: false })];
    expect(decideFor(outside("db-1"), peers)).toMatchObject({ type: "wait" });
  });

  it("takes a copy of a secondary if it has what the group has not", () => {
    const known = { gtid: upTo(9), lastView: view("db-2", 3) };
    const peers = [member("db-2", "PRIMARY", known), member("db-3", "SECONDARY", known)];
    expect(decideFor(outside("db-1", { gtid: upTo(10) }), peers)).toEqual({
      type: "rebuild",
      donor: "db-3",
      reason: expect.stringMatching(/transactions that the group does not have: .*:1-10$/),
    });
  });

  it("keeps its data until the primary has applied what was acknowledged before", () => {
    const self = outside("db-1", { gtid: upTo(10) });
    const known = { gtid: upTo(9), lastView: view("db-1", 3) };
    const received = member("db-2", "PRIMARY", known);
    const why = /^the group's primary is not seen, or has not applied all writes yet; /;
    for (const peer of [received, member("db-2", "SECONDARY", known)]) {
      const waits = { type: "wait", reason: expect.stringMatching(why) };
      expect(decideFor(self, [peer])).toEqual(waits);
    }
    expect(decideFor({ ...self, cloneIncomplete: true }, [received])).toMatchObject({
      donor: "db-2",
    });
  });

  it("joins the group that a majority serves in, not an operator's with a higher epoch", () => {
    const serving = member("db-1", "PRIMARY", { gtid: upTo(9), lastView: view("db-1", 3) });
    const agreed = certificate(101, { kind: "override", founder: "db-3" });
    const alone = member("db-3", "PRIMARY", {
      ...{ certificate: agreed, gtid: upTo(5), lastView: view("db-3", 1, 101), alone: true },
    });
    const own = { certificate: certificate(100), lastView: view("db-1", 3) };
    const self = outside("db-2", { ...own, gtid: upTo(9) });
    expect(decideFor(self, [alone, serving])).toMatchObject({ type: "join" });
    const unknowing = { ...self, lastView: null, certificate: null };
    expect(decideFor(unknowing, [alone, serving])).toMatchObject({ donor: "db-3" });
  });

  it("joins no group without a valid certificate", () => {
    const rogue = member("db-2", "PRIMARY", { groupId: "made by hand" });
    expect(decideFor(outside("db-1"), [rogue])).toEqual({
      type: "wait",
      reason: "db-2 is in a group without a valid certificate",
    });
    const agreed = member("db-3", "PRIMARY");
    expect(decideFor(outside("db-1"), [rogue, agreed])).toMatchObject({ type: "join" });
  });

  it("waits with a group that is earlier than one that this node has voted for", () => {
    const self = outside("db-1", { vote: { epoch: 101, founder: "db-3" } });
    expect(decideFor(self, [member("db-2", "PRIMARY")])).toEqual({
      type: "wait",
      reason: "this node has voted for db-3 to found a later group",
    });
  });
});

describe("after a loss of all", () => {
  const [a, b, c] = nodes.map((node) => outside(node, { lastView: view("db-2", 5) }));

  it("one node waits, whatever it knows", () => {
    expect(decideFor({ ...b!, gtid: upTo(9) }, [])).toEqual({
      type: "wait",
      reason: "no majority: db-1, db-3 cannot be seen",
    });
  });

  it("two make a group if one of them was the last primary", () => {
    expect(decideFor({ ...b!, gtid: upTo(9) }, [{ ...a!, gtid: upTo(8) }])).toMatchObject({
      type: "bootstrap",
    });
  });

  it("two without the last primary wait and say for whom", () => {
    const latest = { ...a!, lastView: view("db-2", 5), gtid: upTo(99) };
    expect(decideFor(latest, [{ ...c!, lastView: view("db-3", 4) }])).toEqual({
      type: "wait",
      reason: "db-2 was the last primary and cannot be seen",
    });
  });

  it("two wait for both, if they stopped in the middle of a planned switch", () => {
    const states = [a!, { ...c!, lastView: view("db-3", 5) }] as const;
    expect(decideFor(states[0], [states[1]])).toMatchObject({
      reason: "db-2 was the last primary and cannot be seen",
    });
  });

  it("a bootstrap of later outranks any view of before", () => {
    const later = { ...a!, lastView: view("db-1", 1, 101) };
    expect(decideFor(later, [c!])).toMatchObject({ type: "bootstrap" });
  });

  it("of three the one with everything makes it, even if it was not the primary", () => {
    const states = [
      { ...a!, gtid: upTo(10) },
      { ...b!, gtid: upTo(9) },
      { ...c!, gtid: upTo(8) },
    ];
    const decisions = states.map((self) =>
      decideFor(
        self,
        states.filter((other) => other !== self),
      ),
    );
    expect(decisions.map(({ type }) => type)).toEqual(["bootstrap", "wait", "wait"]);
    expect(decisions[1]).toMatchObject({
      reason: "db-1 has all transactions and starts the group",
    });
  });

  it("of equals the last primary makes it, and on a first start the first by name", () => {
    expect(decideFor(b!, [a!, c!])).toMatchObject({ type: "bootstrap" });
    const first = nodes.map((node) => outside(node, { remembers: false }));
    expect(decideFor(first[0]!, first.slice(1))).toMatchObject({ type: "bootstrap" });
    expect(decideFor(first[1]!, [first[0]!, first[2]!])).toMatchObject({ type: "wait" });
  });

  it("if none has everything the last primary makes it: the rest was never acknowledged", () => {
    const other = "aaaaaaaa-6a5e-4d0c-9f6a-0c1d5f3e9b11:1";
    const states = [{ ...a!, gtid: upTo(3) }, { ...b!, gtid: other }, c!] as const;
    expect(decideFor(states[1], [states[0], states[2]])).toEqual({
      type: "bootstrap",
      kind: "majority",
      reason: "of db-2, db-1, db-3 this node was the last primary",
    });
  });

  it("if that cannot be told either, nobody does", () => {
    const other = "aaaaaaaa-6a5e-4d0c-9f6a-0c1d5f3e9b11:1";
    const unknown = { lastView: null };
    const states = [
      { ...a!, gtid: upTo(3), ...unknown },
      { ...b!, gtid: other, ...unknown },
    ] as const;
    expect(decideFor(states[1], [states[0], { ...c!, ...unknown }])).toEqual({
      type: "wait",
      reason: "no node has all transactions; an operator must choose one with npm run db:override",
    });
  });

  it("the first group needs every node", () => {
    const blank = { remembers: false };
    expect(decideFor(outside("db-1", blank), [outside("db-2", blank)])).toEqual({
      type: "wait",
      reason: "the first group needs every node; missing: db-3",
    });
  });

  it("an operator's word makes one of whatever is left, but never beside another", () => {
    expect(decideFor(a!, [c!], { override: true })).toMatchObject({ type: "bootstrap" });
    expect(decideFor(a!, [], { override: true })).toMatchObject({ type: "bootstrap" });
    expect(decideFor(a!, [member("db-3", "PRIMARY")], { override: true })).toMatchObject({
      type: "join",
    });
  });
});
