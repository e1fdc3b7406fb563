import { describe, expect, it } from "vitest";
import { adoptFromPeer, updateFromPeers } from "../../../../host/supervisor/core/peer-updates";
import type { GroupRecord } from "../../../../host/supervisor/core/messages";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { memoryOf } from "../support/memory";
import { certificate, member, outside, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];

const of100 = { highest: 100, certificate: certificate(100), lastView: view("db-1", 5) };
const of101 = { certificate: certificate(101), lastView: view("db-2", 1, 101) };
const operators = certificate(102, { kind: "override", founder: "db-3", voters: ["db-3"] });
const of102 = { certificate: operators, lastView: view("db-3", 1, 102) };

describe("following what a peer knows", () => {
  function followed(record: GroupRecord, self: NodeState, peers: NodeState[] = [], isSure = true) {
    const { memory } = memoryOf(of100);
    adoptFromPeer(memory, self, peers, record, isSure, nodes);
    return { certificate: memory.remembered.certificate, lastView: memory.remembered.lastView };
  }

  it("takes over a later group, also from outside and from an earlier one", () => {
    expect(followed(of101, outside("db-1"))).toEqual(of101);
    expect(followed(of101, member("db-1", "PRIMARY", of100))).toEqual(of101);
  });

  it("takes over a group without the view of an earlier one", () => {
    const told = { certificate: certificate(101), lastView: view("db-2", 9) };
    expect(followed(told, outside("db-1"))).toEqual({ ...told, lastView: view("db-1", 5) });
  });

  it("takes over the group of an operator outside of any other", () => {
    expect(followed(of102, outside("db-1"))).toEqual(of102);
    expect(followed(of102, member("db-1", "SECONDARY", of102))).toEqual(of102);
  });

  it("does not take over that of an operator as the member of another one", () => {
    const kept = { certificate: certificate(100), lastView: view("db-1", 5) };
    expect(followed(of102, member("db-1", "SECONDARY", of100))).toEqual(kept);
  });

  it("does not take over that of an operator while another node may serve by its word", () => {
    const kept = { certificate: certificate(100), lastView: view("db-1", 5) };
    expect(followed(of102, outside("db-1"), [], false)).toEqual(kept);
    expect(followed(of101, outside("db-1"), [], false)).toEqual(of101);
  });

  it("does not take over that of an operator beside another one that runs, confirmed or not", () => {
    const self = outside("db-1", of100);
    const running = member("db-2", "PRIMARY", { ...of100, lastView: view("db-2", 6) });
    const knowing = { ...self, lastView: view("db-2", 6) };
    expect(followed(of102, knowing, [running]).certificate).toEqual(certificate(100));
    expect(followed(of102, self, [running]).certificate).toEqual(certificate(100));
    const blocked = { ...running, majority: false };
    expect(followed(of102, self, [blocked]).certificate).toEqual(operators);
    const byHand = { ...running, groupId: "1" };
    expect(followed(of102, self, [byHand]).certificate).toEqual(operators);
  });
});

describe("following the group of an operator that knew less", () => {
  it("waits while another node may know the later view too", () => {
    const known = { ...operators, knew: view("db-1", 4) };
    const follows = (peers: NodeState[], knew = view("db-1", 4)) => {
      const { memory } = memoryOf(of100);
      const record = { ...of102, certificate: { ...known, knew } };
      adoptFromPeer(memory, outside("db-2", of100), peers, record, true, nodes);
      return memory.remembered.certificate!.epoch === 102;
    };
    const without = outside("db-1", { ...of100, lastView: view("db-1", 4) });
    expect(follows([])).toBe(false);
    expect(follows([outside("db-1", of100)])).toBe(false);
    expect(follows([without])).toBe(true);
    expect(follows([], view("db-1", 5))).toBe(true);
  });
});

describe("what follows from what the peers say now", () => {
  const primary = member("db-1", "PRIMARY", of100);
  const knowing = outside("db-2", of100);

  function settled(self: NodeState, peers: NodeState[]) {
    const { memory } = memoryOf(self);
    const reason = updateFromPeers(memory, self, peers, nodes);
    return { reason, ...memory.remembered };
  }

  it("is that the only node is none any more, once its group is there and a peer is ready", () => {
    const sole = { ...primary, sole: true };
    expect(settled(sole, [outside("db-2")]).sole).toBe(false);
    expect(settled(sole, [outside("db-2", { ready: false })]).sole).toBe(true);
    expect(settled(sole, []).sole).toBe(true);
    expect(settled(outside("db-1", { sole: true }), [outside("db-2")]).sole).toBe(true);
  });

  it("is that a primary that was made alone is known, once a majority knows it", () => {
    const alone = { ...primary, alone: true };
    expect(settled(alone, [knowing]).alone).toBe(false);
    expect(settled(alone, [outside("db-2")]).alone).toBe(true);
  });

  it("is that its founder is not alone any more, once a majority knows another primary", () => {
    const moved = { ...of100, lastView: view("db-2", 6) };
    const founder = member("db-1", "SECONDARY", { ...moved, alone: true });
    const next = member("db-2", "PRIMARY", moved);
    expect(settled(founder, [next]).alone).toBe(false);
    expect(settled(founder, [{ ...next, remembers: false }]).alone).toBe(true);
    expect(settled(founder, [{ ...next, groupId: "1799" }]).alone).toBe(true);
  });

  it("is that a node counts again that is a member of a group that others know", () => {
    const lost = member("db-3", "SECONDARY", { ...of100, remembers: false });
    expect(settled(lost, [primary, knowing])).toMatchObject({
      remembers: true,
      reason: "this node counts in a majority again: it is a member of a group that others know",
    });
    expect(settled(lost, [primary])).toMatchObject({ remembers: false, reason: undefined });
  });

  const serving = [member("db-1", "PRIMARY", of100), member("db-2", "SECONDARY", of100)];
  const made = member("db-3", "PRIMARY", { ...of102, alone: true });

  it("is that the group of an operator gives way to one that serves", () => {
    expect(settled(made, serving)).toMatchObject({
      ...{ certificate: certificate(100), lastView: view("db-1", 5), alone: false },
      reason: "the group founded by an operator's override gives way to the group of db-1",
    });
  });

  it("is not that it gives way once a majority knew it, or if no other one serves", () => {
    expect(settled({ ...made, alone: false }, serving).certificate).toEqual(operators);
    expect(settled(made, serving.slice(0, 1)).certificate).toEqual(operators);
  });

  it("is not that a group of another kind gives way", () => {
    const later = certificate(102, { kind: "first" });
    const self = member("db-3", "PRIMARY", { ...of102, certificate: later, alone: true });
    expect(settled(self, serving)).toMatchObject({ certificate: later, reason: undefined });
  });

  it("is nothing for a member of a group that all is known of", () => {
    const electorate = { members: nodes, by: null, step: 0 };
    const { memory, disk } = memoryOf({ ...of100, electorate });
    const self = { ...primary, electorate };
    expect(updateFromPeers(memory, self, [knowing], nodes)).toBeUndefined();
    expect(disk.writes).toBe(0);
  });
});
