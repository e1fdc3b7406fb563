import { describe, expect, it } from "vitest";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory } from "../../../../host/supervisor/core/memory-record";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { Trust } from "../../../../host/supervisor/core/trust";
import { certificate, member, outside, upTo } from "../support/node-state";

/** A supervisor that polls: the state has what the memory says. */
function polling() {
  const memory = new Memory({ ...emptyMemory }, () => undefined, 0);
  const trust = new Trust(memory);
  const trusted = () => memory.remembered.trustedGtid;
  const poll = (state: NodeState, executed: string, peers: readonly NodeState[] = []) => {
    trust.note({ ...state, trustedGtid: trusted() }, executed, peers);
    return trusted();
  };
  return { trust, poll, trusted };
}

const byHand = (more: Partial<NodeState> = {}) =>
  member("db-2", "PRIMARY", { groupId: "made by hand", ...more });
const certified = (last: number) => member("db-2", "SECONDARY", { gtid: upTo(last) });

describe("a group that was made by hand", () => {
  it("is distrusted at the first poll, beyond what was applied before, whatever was received", () => {
    const { poll } = polling();
    expect(poll(certified(63), upTo(60))).toBeNull();
    expect(poll(byHand(), upTo(61))).toBe(upTo(60));
    expect(poll(byHand(), upTo(62))).toBe(upTo(60));
  });

  it("stays distrusted once somebody has ended it", () => {
    const { poll } = polling();
    poll(certified(60), upTo(60));
    poll(byHand(), upTo(61));
    expect(poll(outside("db-2", { gtid: upTo(61) }), upTo(61))).toBe(upTo(60));
    expect(poll(byHand({ groupId: "another" }), upTo(61))).toBe(upTo(60));
  });

  it("is trusted again if nothing is left of it", () => {
    const { poll } = polling();
    poll(certified(60), upTo(60));
    poll(byHand(), upTo(60));
    expect(poll(outside("db-2", { gtid: upTo(60) }), upTo(60))).toBeNull();
  });

  it.each([
    ["a founding of this node is under way", byHand({ founding: 7 }), []],
    ["this node has no certificate yet", byHand({ certificate: null }), []],
    [
      "a peer knows its certificate",
      byHand(),
      [member("db-1", "PRIMARY", { certificate: certificate(101, { groupId: "made by hand" }) })],
    ],
    ["MySQL is not ready", byHand({ ready: false }), []],
    ["a clone is not complete", byHand({ cloneIncomplete: true }), []],
  ])("is not distrusted if %s", (_, state, peers) => {
    const { poll } = polling();
    poll(certified(60), upTo(60));
    expect(poll(state, upTo(61), peers)).toBeNull();
  });

  it("is not one that a later group has replaced", () => {
    const { poll, trust } = polling();
    poll(certified(60), upTo(60));
    const replaced = { ...certified(61), certificate: certificate(101, { groupId: "later" }) };
    expect(trust.wasCertified(replaced)).toBe(true);
    expect(poll(replaced, upTo(61))).toBeNull();
  });
});

describe("what was before", () => {
  it("is what a node had outside of groups too, whatever MySQL calls that", () => {
    for (const state of [{ state: "OFFLINE", role: "" } as const, null]) {
      const { poll } = polling();
      poll(outside("db-2", { member: state }), upTo(40));
      expect(poll(byHand(), upTo(41))).toBe(upTo(40));
    }
  });

  it("is not what a recovering member has", () => {
    const { poll } = polling();
    poll(certified(60), upTo(60));
    poll(outside("db-2", { member: { state: "RECOVERING", role: "" } }), upTo(62));
    expect(poll(byHand(), upTo(62))).toBe(upTo(60));
  });

  it("is nothing, if nothing was seen: a lineage says what a group had, not what this node has", () => {
    const lineage = [{ epoch: "100@db-1", founding: upTo(28) }];
    const { poll } = polling();
    expect(poll(byHand({ lineage }), upTo(1))).toBe("");
    expect(poll(outside("db-2", { lineage, gtid: upTo(1) }), upTo(1))).toBe("");
  });

  it("is of the first of several such groups", () => {
    const { poll, trust } = polling();
    poll(certified(60), upTo(60));
    poll(byHand(), upTo(61));
    expect(trust.isNew(byHand())).toBe(true);
    expect(trust.isNew(byHand({ groupId: "another" }))).toBe(false);
    expect(trust.isNew(outside("db-2"))).toBe(false);
  });
});
