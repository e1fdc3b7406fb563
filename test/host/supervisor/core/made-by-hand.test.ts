import { describe, expect, it } from "vitest";
import { includes, intersection, largestIntervals } from "../../../../host/supervisor/core/gtid";
import { foundingExtra, foundingLineage } from "../../../../host/supervisor/core/lineage";
import { nodeStateIn } from "../../../../host/supervisor/core/messages";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory } from "../../../../host/supervisor/core/memory-record";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { groupSets } from "../../../../host/supervisor/saved/loss";
import { decideFor } from "../support/decide-for";
import { certificate, member, outside, upTo, view } from "../support/node-state";

describe("a member of a group without a certificate", () => {
  const self = member("db-2", "PRIMARY", { groupId: "made by hand" });

  it("leaves it as one that was made by hand, if no node knows a certificate of it", () => {
    expect(decideFor(self, [member("db-1", "PRIMARY")])).toMatchObject({ madeByHand: true });
    expect(decideFor({ ...self, certificate: null }, [])).toMatchObject({ madeByHand: true });
  });

  it("leaves a group that it does not know yet without distrust of the data", () => {
    const later = certificate(101, { groupId: "made by hand" });
    const peer = member("db-1", "PRIMARY", { certificate: later, groupId: later.groupId });
    const decided = decideFor({ ...self, groupId: later.groupId }, [peer]);
    expect(decided).toMatchObject({ type: "leave" });
    expect(decided).not.toHaveProperty("madeByHand");
  });
});

describe("a node with transactions of such a group", () => {
  const group = [
    member("db-1", "PRIMARY", { gtid: upTo(90), lastView: view("db-1", 3) }),
    member("db-3", "SECONDARY", { gtid: upTo(90) }),
  ];
  const astray = (gtid: string, trustedGtid: string | null) =>
    outside("db-2", { gtid, trustedGtid, certificate: certificate() });

  it("is a clone before it joins, although the group has these numbers", () => {
    expect(decideFor(astray(upTo(61), upTo(60)), group)).toMatchObject({
      type: "rebuild",
      donor: "db-3",
      reason: expect.stringMatching(/in a group without a certificate.*:1-61$/) as string,
    });
  });

  it("joins if it has nothing since then, and if it was in no such group", () => {
    expect(decideFor(astray(upTo(60), upTo(60)), group)).toMatchObject({ type: "join" });
    expect(decideFor(astray(upTo(61), null), group)).toMatchObject({ type: "join" });
    const earlier: Partial<NodeState> = astray(upTo(61), null);
    delete earlier.trustedGtid;
    expect(decideFor(earlier as NodeState, group)).toMatchObject({ type: "join" });
  });

  it("has them saved before the clone", () => {
    expect(groupSets(astray(upTo(61), upTo(60)), group, group[0]!.node)).toContain(upTo(60));
  });

  it("founds no group with them if another node has those of the same numbers", () => {
    const at = (node: string, gtid: string, more: Partial<NodeState> = {}) =>
      outside(node, { gtid, certificate: certificate(), lastView: view("db-3", 3), ...more });
    const self = at("db-2", upTo(62), { trustedGtid: upTo(60) });
    const [complete, behind] = [at("db-3", upTo(61)), at("db-1", upTo(60))];
    expect(decideFor(self, [complete, behind])).toMatchObject({
      type: "wait",
      reason: "db-3 was the last primary and starts the group",
    });
    expect(decideFor(complete, [self, behind])).toMatchObject({ type: "bootstrap" });
  });

  it("is not passed over as the last primary: what it does not trust may have been acknowledged", () => {
    const at = (node: string, gtid: string, more: Partial<NodeState> = {}) =>
      outside(node, { gtid, certificate: certificate(), lastView: view("db-2", 3), ...more });
    const self = at("db-2", upTo(62), { trustedGtid: upTo(37) });
    const others = [at("db-3", upTo(60)), at("db-1", upTo(60))];
    expect(decideFor(self, others)).toMatchObject({ type: "bootstrap" });
    expect(decideFor(others[0]!, [self, others[1]!])).toMatchObject({ type: "wait" });
  });
});

describe("the memory of what is trusted", () => {
  function remembering() {
    const disk: (string | null)[] = [];
    const keep = ({ trustedGtid }: { trustedGtid: string | null }) => disk.push(trustedGtid);
    return { memory: new Memory({ ...emptyMemory, remembers: true }, keep, 0), disk };
  }

  it("keeps the first set, until all is trusted again", () => {
    const { memory, disk } = remembering();
    memory.distrustBeyond(upTo(60));
    memory.distrustBeyond(upTo(70));
    expect(memory.remembered.trustedGtid).toBe(upTo(60));
    memory.trustAll();
    expect(memory.remembered.trustedGtid).toBeNull();
    expect(disk).toEqual([upTo(60), null]);
  });

  it("ends with the clone that was ordered", () => {
    const { memory } = remembering();
    memory.distrustBeyond(upTo(60));
    expect(memory.trustClone(1_001)).toBe(false);
    memory.orderClone({ after: 1_000 });
    expect([memory.trustClone(900), memory.trustClone(1_000)]).toEqual([false, false]);
    memory.orderClone({ unlike: 900 });
    expect(memory.trustClone(900)).toBe(false);
    expect(memory.remembered).toMatchObject({ trustedGtid: upTo(60) });
    expect(memory.remembered).not.toHaveProperty("ordered");
    expect(memory.trustClone(899)).toBe(true);
    expect(memory.remembered.trustedGtid).toBeNull();
    memory.distrustBeyond(upTo(70));
    expect(memory.trustClone(5_000)).toBe(false);
  });

  it("ends when the node founds a group, and with other data", () => {
    const { memory } = remembering();
    memory.distrustBeyond(upTo(60));
    memory.certify(certificate(101));
    expect(memory.remembered.trustedGtid).toBeNull();
    memory.bindTo("one");
    memory.distrustBeyond(upTo(60));
    expect(memory.bindTo("another")).toBe(true);
    expect(memory.remembered.trustedGtid).toBeNull();
  });
});

it.each([
  ["a:1-10", "a:1-5", "a:1-5"],
  ["a:1-5:8-9", "a:4-8", "a:4-5,a:8-8"],
  ["a:1-5,b:1-2", "b:2-3", "b:2-2"],
  ["a:1-5", "b:1-5", ""],
  ["", "a:1-5", ""],
])("both %j and %j have %j", (a, b, both) => {
  expect(intersection(a, b)).toBe(both);
});

describe("the lineage of a group that such a node founds", () => {
  it("begins with what is trusted, so that other transactions of the same numbers are another group's", () => {
    const self = outside("db-2", { gtid: upTo(61), trustedGtid: upTo(60) });
    const lineage = foundingLineage(self, 101, "override");
    expect(lineage.at(-1)!.founding).toBe(upTo(60));
    expect(foundingExtra(outside("db-3", { gtid: upTo(61) }), lineage)).not.toBe("");
    expect(foundingExtra({ ...self, lineage, trustedGtid: null }, lineage)).toBe("");
  });
});

it("a set that is no text is no state of a node", () => {
  const state = { ...outside("db-2"), trustedGtid: 5 };
  expect(nodeStateIn("db-2", state)).toBeUndefined();
  expect(nodeStateIn("db-2", { ...state, trustedGtid: upTo(1) })).toBeDefined();
  expect(nodeStateIn("db-2", { ...state, trustedGtid: undefined })).toBeDefined();
});

describe("a set that is too long for the memory", () => {
  const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";
  const many = `${uuid}:1-900:${Array.from({ length: 400 }, (_, i) => 1_000 + 2 * i).join(":")}`;

  it("is shortened to its largest intervals, which trusts less", () => {
    const short = largestIntervals(many, 500);
    expect(short.length).toBeLessThanOrEqual(500);
    expect(includes(many, short)).toBe(true);
    expect(includes(short, `${uuid}:1-900`)).toBe(true);
  });

  it.each([`${uuid}:1-5:9-9`, `${uuid}:1-5,${uuid}:tag:2-3`, ""])(
    "is kept if it fits: %j",
    (set) => {
      expect(largestIntervals(set, 500)).toBe(set);
    },
  );
});
