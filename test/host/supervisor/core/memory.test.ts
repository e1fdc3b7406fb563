import { describe, expect, it } from "vitest";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory, type MemoryRecord } from "../../../../host/supervisor/core/memory-record";
import { certificate, outside, view } from "../support/node-state";

/** A memory, and what it has put on disk. */
function remembering(record: Partial<MemoryRecord> = {}) {
  const disk: MemoryRecord[] = [];
  const own = { ...emptyMemory, remembers: true, ...record };
  return { memory: new Memory(own, (one) => disk.push(one), 0), disk };
}

const founder = (founding: number, more = {}) => outside("db-1", { founding, ...more });

describe("a vote", () => {
  it("is given once for an epoch, again to the same founder, and later for a higher one", () => {
    const { memory } = remembering();
    expect(memory.mayVote(5, "db-1", [], 0)).toBe(true);
    memory.vote(5, "db-1", 0);
    expect(memory.mayVote(5, "db-1", [], 1)).toBe(true);
    expect(memory.mayVote(5, "db-2", [], 1)).toBe(false);
    expect(memory.mayVote(4, "db-2", [], 1)).toBe(false);
    expect(memory.mayVote(6, "db-2", [], 1)).toBe(true);
  });

  it("is on disk before it is given, and not given if the disk fails", () => {
    const memory = new Memory(
      { ...emptyMemory, remembers: true },
      () => {
        throw new Error("disk full");
      },
      0,
    );
    expect(() => memory.vote(5, "db-1", 0)).toThrow("disk full");
    expect(memory.remembered.vote).toBeNull();
  });

  it("keeps others from founding while its founder is at work, for a minute at most", () => {
    const { memory } = remembering();
    memory.vote(5, "db-1", 1_000);
    expect(memory.mayVote(6, "db-2", [founder(5)], 2_000)).toBe(false);
    expect(memory.mayVote(6, "db-2", [founder(0)], 2_000)).toBe(true);
    expect(memory.mayVote(6, "db-2", [founder(5)], 61_001)).toBe(true);
  });

  it("ends when its founder, asked after it, does not found that group", () => {
    const { memory } = remembering();
    memory.vote(5, "db-1", 1_000);
    memory.release(founder(0), 1_000);
    expect(memory.remembered.vote).not.toBeNull();
    memory.release(founder(5), 1_001);
    memory.release(founder(0, { certificate: certificate(5) }), 1_001);
    memory.release({ ...founder(0), node: "db-3" }, 1_001);
    expect(memory.remembered.vote).not.toBeNull();
    memory.release(founder(0), 1_001);
    expect(memory.remembered.vote).toBeNull();
    expect(memory.remembered.highest).toBe(5);
  });

  it("for itself ends when the founder gives up", () => {
    const { memory } = remembering({ vote: { epoch: 5, founder: "db-2" } });
    memory.giveUp("db-1");
    expect(memory.remembered.vote).not.toBeNull();
    memory.giveUp("db-2");
    expect(memory.remembered.vote).toBeNull();
  });
});

describe("the group that a node has founded", () => {
  it("is recorded, and alone without a majority", () => {
    const { memory } = remembering({ vote: { epoch: 5, founder: "db-1" }, highest: 5 });
    memory.certify(certificate(5));
    expect(memory.remembered).toMatchObject({
      vote: null,
      highest: 5,
      alone: false,
      remembers: true,
    });
    const { memory: other } = remembering({ remembers: false });
    other.certify(certificate(5, { kind: "first" }));
    expect(other.remembered).toMatchObject({ alone: true, remembers: true });
  });

  it("is not, if a later one came up meanwhile", () => {
    const { memory } = remembering({ highest: 6 });
    expect(() => memory.certify(certificate(5))).toThrow("a later group appeared");
    const { memory: same } = remembering({ highest: 5, certificate: certificate(5) });
    expect(() => same.certify(certificate(5))).toThrow("a later group appeared");
  });
});

describe("a group that a peer knows", () => {
  it("is taken over with its primary, and ends a vote that it is later than", () => {
    const { memory } = remembering({ vote: { epoch: 99, founder: "db-3" } });
    memory.adopt(certificate(100), view("db-1", 1));
    expect(memory.remembered).toMatchObject({
      ...{ highest: 100, vote: null, lastView: view("db-1", 1) },
      certificate: certificate(100),
    });
  });

  it("is not, if it is earlier than a vote or than the known one", () => {
    const { memory, disk } = remembering({ vote: { epoch: 101, founder: "db-3" } });
    memory.adopt(certificate(100), view("db-1", 1));
    const { memory: later, disk: other } = remembering({ certificate: certificate(101) });
    later.adopt(certificate(100), view("db-1", 1));
    expect([disk, other]).toEqual([[], []]);
  });

  it("is not, if the vote for its epoch was for another founder, or its group is another one", () => {
    const { memory, disk } = remembering({ vote: { epoch: 100, founder: "db-3" } });
    memory.adopt(certificate(100), view("db-1", 1));
    const { memory: known, disk: other } = remembering({ certificate: certificate(100) });
    known.adopt(certificate(100, { groupId: "18" }), view("db-1", 1));
    expect([disk, other]).toEqual([[], []]);
  });

  it("is taken over once: what says nothing new is not written", () => {
    const { memory, disk } = remembering();
    memory.adopt(certificate(100), view("db-1", 1));
    memory.adopt(certificate(100), view("db-1", 1));
    memory.adopt(certificate(100), null);
    expect(disk).toHaveLength(1);
  });

  it("leaves a rival of the own view to be outranked", () => {
    const { memory } = remembering({ certificate: certificate(100), lastView: view("db-2", 1) });
    memory.adopt(certificate(100), view("db-1", 1));
    expect(memory.rival).toEqual(view("db-1", 1));
    expect(memory.remembered.lastView).toEqual(view("db-2", 1));
  });
});

describe("data that is not what the memory belongs to", () => {
  it("ends the memory, but not its numbers", () => {
    const vote = { epoch: 7, founder: "db-3" };
    const { memory } = remembering({
      ...{ serverUuid: "a", highest: 7, vote, certificate: certificate(6) },
    });
    expect(memory.bindTo("a")).toBe(false);
    expect(memory.bindTo("b")).toBe(true);
    expect(memory.remembered).toMatchObject({
      remembers: false,
      highest: 7,
      vote,
      certificate: null,
    });
  });

  it("is not a first start", () => {
    const { memory } = remembering({ highest: 3 });
    expect(memory.bindTo("a")).toBe(false);
    expect(memory.remembered).toMatchObject({ remembers: true, highest: 3 });
  });
});

describe("the next epoch", () => {
  it("is later than all that the nodes know of, their data too", () => {
    const { memory } = remembering({ highest: 3 });
    const lineage = [
      { epoch: "9@db-3", founding: "" },
      { epoch: "17958542507545073", founding: "" },
      { epoch: "pending-x", founding: "" },
    ];
    expect(memory.nextEpoch([], 5)).toBe(5);
    expect(memory.nextEpoch([outside("db-2", { highest: 6 })], 5)).toBe(37);
    expect(memory.nextEpoch([outside("db-2", { lineage })], 10)).toBe(10);
  });

  it("is no other node's", () => {
    const { memory } = remembering({ highest: 3 });
    const epochs = [0, 1, 2].map((index) => memory.nextEpoch([], index));
    expect(epochs).toEqual([32, 33, 34]);
  });
});
