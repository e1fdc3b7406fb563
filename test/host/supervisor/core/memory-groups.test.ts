import { describe, expect, it } from "vitest";
import type { Certificate } from "../../../../host/supervisor/core/certificate";
import { memoryOf } from "../support/memory";
import { certificate, view } from "../support/node-state";

const of100 = { highest: 100, certificate: certificate(100), lastView: view("db-1", 5) };

describe("certifying a group that this node has founded", () => {
  const voted = { ...of100, highest: 101, vote: { epoch: 101, founder: "db-1" } };

  it("ends the vote, and makes the node count", () => {
    const { memory } = memoryOf({ ...voted, remembers: false });
    memory.certify(certificate(101));
    expect(memory.remembered).toMatchObject({
      ...{ certificate: certificate(101), vote: null, remembers: true, alone: false, highest: 101 },
    });
  });

  it.each(["first", "sole", "override"] as const)("makes it alone if the kind is %s", (kind) => {
    const { memory } = memoryOf(voted);
    memory.certify(certificate(101, { kind }));
    expect(memory.remembered.alone).toBe(true);
  });

  it("is refused when a later group was voted for meanwhile", () => {
    const { memory } = memoryOf({ ...voted, highest: 102 });
    expect(() => memory.certify(certificate(101))).toThrow(
      "a later group appeared while this node founded that of epoch 101",
    );
    expect(memory.remembered.certificate).toEqual(certificate(100));
  });

  it("is refused when that epoch is taken by a group that is there", () => {
    const { memory } = memoryOf({ highest: 101, certificate: certificate(101) });
    const own = certificate(101, { groupId: "1799" });
    expect(() => memory.certify(own)).toThrow("a later group appeared");
    expect(memory.remembered.certificate).toEqual(certificate(101));
  });
});

describe("taking over a group that a peer knows", () => {
  const adopting = (record: Parameters<typeof memoryOf>[0], told: Certificate | null) => {
    const { memory, disk } = memoryOf(record);
    memory.adopt(told, told && view("db-2", 1, told.epoch));
    return { after: memory.remembered, writes: disk.writes };
  };

  it("is done with a later one, and ends being alone", () => {
    const { after } = adopting({ ...of100, alone: true }, certificate(101));
    expect(after).toMatchObject({ certificate: certificate(101), lastView: view("db-2", 1, 101) });
    expect(after).toMatchObject({ highest: 101, alone: false });
  });

  it("keeps the former primary while nobody knows that of the later group", () => {
    const { memory } = memoryOf(of100);
    memory.adopt(certificate(101), null);
    expect(memory.remembered).toMatchObject({
      certificate: certificate(101),
      lastView: view("db-1", 5),
    });
  });

  it("does not lower the highest epoch", () => {
    expect(adopting({ ...of100, highest: 105 }, certificate(101)).after.highest).toBe(105);
  });

  it("does not make a node count that does not remember", () => {
    expect(adopting({ remembers: false }, certificate(101)).after.remembers).toBe(false);
  });

  it("is not done with an earlier one, with none, or with a view of another group", () => {
    expect(adopting(of100, certificate(99)).writes).toBe(0);
    expect(adopting(of100, null).writes).toBe(0);
    const { memory, disk } = memoryOf(of100);
    memory.adopt(certificate(101), view("db-2", 1, 102));
    expect(disk.writes).toBe(0);
  });

  it("is not done with an earlier group than that which the node has voted for", () => {
    const bound = { ...of100, highest: 103, vote: { epoch: 103, founder: "db-1" } };
    expect(adopting(bound, certificate(102)).writes).toBe(0);
    expect(adopting(bound, certificate(103)).after).toMatchObject({
      ...{ certificate: certificate(103), vote: null },
    });
    expect(adopting(bound, certificate(104)).after.vote).toBeNull();
  });

  it("is not done with that epoch if another founder was voted for", () => {
    const bound = { ...of100, highest: 101, vote: { epoch: 101, founder: "db-3" } };
    expect(adopting(bound, certificate(101)).writes).toBe(0);
  });

  it("is not done with another group of the same epoch", () => {
    const other = certificate(100, { groupId: "1799" });
    const { memory, disk } = memoryOf(of100);
    memory.adopt(other, view("db-2", 9));
    expect(disk.writes).toBe(0);
  });
});

describe("taking over the primary of the known group", () => {
  it("is done with a later view, and leaves it that the node is alone", () => {
    const { memory } = memoryOf({ ...of100, alone: true });
    memory.adopt(certificate(100), view("db-2", 6));
    expect(memory.remembered).toMatchObject({ lastView: view("db-2", 6), alone: true });
  });

  it("ends that the node is alone, once the role comes back to it", () => {
    const { memory } = memoryOf({ ...of100, alone: true });
    memory.recordView(view("db-1", 6));
    expect(memory.remembered.alone).toBe(true);
    memory.adopt(certificate(100), view("db-2", 7));
    memory.recordView(view("db-1", 8));
    expect(memory.remembered).toMatchObject({ lastView: view("db-1", 8), alone: false });
  });

  it("leaves it alone in a group of its own after another primary's", () => {
    const { memory } = memoryOf({ ...of100, lastView: view("db-2", 6, 99), alone: true });
    memory.recordView(view("db-1", 1));
    expect(memory.remembered.alone).toBe(true);
  });

  it("is not done with an earlier view, the same one, or none", () => {
    const { memory, disk } = memoryOf(of100);
    for (const told of [view("db-2", 4), view("db-1", 5), null]) {
      memory.adopt(certificate(100), told);
    }
    expect(disk.writes).toBe(0);
    expect(memory.rival).toBeNull();
  });

  it("notes one of the same rank with another primary, and keeps its own", () => {
    const { memory } = memoryOf(of100);
    memory.adopt(certificate(100), view("db-3", 5));
    expect(memory.rival).toEqual(view("db-3", 5));
    expect(memory.remembered.lastView).toEqual(view("db-1", 5));
  });
});

describe("giving way to the group of a majority", () => {
  it("takes it over although its epoch is lower, and keeps the highest one", () => {
    const made = certificate(102, { kind: "override" });
    const { memory } = memoryOf({ highest: 102, certificate: made, alone: true });
    memory.yieldTo(certificate(101), view("db-2", 3, 101));
    expect(memory.remembered).toMatchObject({
      ...{ certificate: certificate(101), lastView: view("db-2", 3, 101) },
      ...{ alone: false, vote: null, highest: 102 },
    });
  });
});
