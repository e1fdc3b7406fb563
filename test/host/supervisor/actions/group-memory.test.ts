import { describe, expect, it, vi } from "vitest";
import { MemoryUpdater } from "../../../../host/supervisor/actions/group-memory";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { memoryOf } from "../support/memory";
import { certificate, member, outside, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const of100 = { highest: 100, certificate: certificate(100), lastView: view("db-1", 5) };

/** The register of that node, which hears those peers; with what it tells them. */
function registerOf(state: NodeState, heard: NodeState[] = [], wereHeard = heard.length > 0) {
  const { memory, disk } = memoryOf(state);
  const sendRecord = vi.fn();
  const own = vi.fn();
  const observer = {
    ...{ state, isFresh: () => true, viewToRecord: own, freshness: { note: () => undefined } },
  };
  const answeredCount = () => (wereHeard ? 1 : 0);
  const peers = {
    states: () => heard,
    answeredCount,
    areOthersAccountedFor: () => true,
    sendRecord,
  };
  const register = new MemoryUpdater(nodes, { observer, memory, peers } as never);
  return { register, memory, disk, sendRecord, own };
}

describe("a primary is confirmed", () => {
  const primary = member("db-1", "PRIMARY", of100);

  it("by a majority that knows it", () => {
    expect(registerOf(primary, [outside("db-2", of100)]).register.confirmed()).toBe(true);
    expect(registerOf(primary, [outside("db-2")]).register.confirmed()).toBe(false);
  });

  it("without one if it made the group alone", () => {
    expect(registerOf({ ...primary, alone: true }).register.confirmed()).toBe(true);
    const byHand = { ...primary, alone: true, groupId: "1799" };
    expect(registerOf(byHand).register.confirmed()).toBe(false);
  });

  it("by its members while the other supervisors are of before certificates", () => {
    const inherited = certificate(100, { kind: "inherited", voters: [] });
    const old = { ...primary, certificate: inherited, members: ["db-1", "db-2"] };
    expect(registerOf(old).register.confirmed()).toBe(true);
    expect(registerOf({ ...old, members: ["db-1"] }).register.confirmed()).toBe(false);
    expect(registerOf({ ...old, majority: false }).register.confirmed()).toBe(false);
    expect(registerOf({ ...old, certificate: certificate() }).register.confirmed()).toBe(false);
    expect(registerOf(old, [], true).register.confirmed()).toBe(false);
  });
});

describe("what a peer says", () => {
  const self = outside("db-1", { highest: 100 });

  it("is taken over", () => {
    const { register, memory } = registerOf(self);
    register.onPeerState(member("db-2", "PRIMARY", of100), 0);
    expect(memory.remembered).toMatchObject(of100);
  });

  it("is not taken over if it is malformed", () => {
    const { register, disk } = registerOf(self);
    register.onPeerState(
      member("db-2", "PRIMARY", { ...of100, lastView: view("10.0.4.19", 5) }),
      0,
    );
    expect(disk.writes).toBe(0);
  });

  it("does not end the program if it cannot be written, and is taken over later", () => {
    const { register, memory, disk } = registerOf(self);
    disk.isFull = true;
    register.onPeerState(member("db-2", "PRIMARY", of100), 0);
    expect(memory.remembered.certificate).toBeNull();
    disk.isFull = false;
    register.onPeerState(member("db-2", "PRIMARY", of100), 1);
    expect(memory.remembered).toMatchObject(of100);
  });
});

describe("a view of its own", () => {
  it("is told once it is on disk, and not before", () => {
    const { register, disk, sendRecord, own } = registerOf(member("db-1", "PRIMARY", of100));
    own.mockReturnValue(view("db-1", 6));
    disk.isFull = true;
    register.record();
    expect(sendRecord).not.toHaveBeenCalled();
    disk.isFull = false;
    register.record();
    expect(sendRecord).toHaveBeenCalledWith({
      certificate: of100.certificate,
      lastView: view("db-1", 6),
    });
  });

  it("is not told if there is nothing new", () => {
    const { register, disk, sendRecord } = registerOf(member("db-1", "PRIMARY", of100));
    register.record();
    expect([disk.writes, sendRecord.mock.calls.length]).toEqual([0, 0]);
  });
});
