import { describe, expect, it } from "vitest";
import { SlotFilling, type GroupView } from "../../../../host/supervisor/xcom/slot-filling";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { outside } from "../support/node-state";

function member(role: "PRIMARY" | "SECONDARY", overrides: Partial<NodeState> = {}): NodeState {
  return outside("db-1", { member: { state: "ONLINE", role }, ...overrides });
}

function groupView(overrides: Partial<GroupView> = {}): GroupView {
  return { viewId: "7:1", primary: "db-1", unreachable: [], ...overrides };
}

const [primary, secondary] = [member("PRIMARY"), member("SECONDARY")];

describe("a member fills places", () => {
  it("not while nothing changes, nor for the view that it starts with", () => {
    const slotFilling = new SlotFilling();
    expect(slotFilling.next(primary, groupView(), 0)).toBe(false);
    expect(slotFilling.next(primary, groupView(), 100)).toBe(false);
  });

  it("for a second after a change of the view, whatever its role", () => {
    for (const self of [primary, secondary]) {
      const slotFilling = new SlotFilling();
      slotFilling.next(self, groupView(), 0);
      expect(slotFilling.next(self, groupView({ viewId: "7:2" }), 100)).toBe(true);
      expect(slotFilling.next(self, groupView({ viewId: "7:2" }), 1_099)).toBe(true);
      expect(slotFilling.next(self, groupView({ viewId: "7:2" }), 1_100)).toBe(false);
    }
  });

  it("for four seconds after a switch, until the former primary may have left", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView({ primary: "db-2" }), 0);
    expect(slotFilling.next(secondary, groupView({ primary: "db-3" }), 100)).toBe(true);
    expect(slotFilling.next(secondary, groupView({ primary: "db-3" }), 4_099)).toBe(true);
    expect(slotFilling.next(secondary, groupView({ primary: "db-3" }), 4_100)).toBe(false);
  });

  it("not as the former primary, which may leave", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(primary, groupView(), 0);
    expect(slotFilling.next(secondary, groupView({ primary: "db-2" }), 100)).toBe(false);
  });

  it("from the word that another one comes or leaves until a second after it did", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView(), 0);
    slotFilling.announce(1_000);
    expect(slotFilling.next(secondary, groupView(), 2_000)).toBe(true);
    expect(slotFilling.next(secondary, groupView({ viewId: "7:2" }), 2_500)).toBe(true);
    expect(slotFilling.next(secondary, groupView({ viewId: "7:2" }), 3_499)).toBe(true);
    expect(slotFilling.next(secondary, groupView({ viewId: "7:2" }), 3_500)).toBe(false);
  });

  it("for four seconds for one that does not come", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView(), 0);
    slotFilling.announce(1_000);
    expect(slotFilling.next(secondary, groupView(), 4_999)).toBe(true);
    expect(slotFilling.next(secondary, groupView(), 5_000)).toBe(false);
  });

  it("as the primary that has lost another one, five seconds at most", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(primary, groupView(), 0);
    expect(slotFilling.next(primary, groupView({ unreachable: ["db-3"] }), 100)).toBe(true);
    expect(slotFilling.next(primary, groupView({ unreachable: ["db-3"] }), 5_099)).toBe(true);
    expect(slotFilling.next(primary, groupView({ unreachable: ["db-3"] }), 5_100)).toBe(false);
    expect(slotFilling.next(primary, groupView(), 6_000)).toBe(false);
    expect(slotFilling.next(primary, groupView({ unreachable: ["db-3"] }), 6_100)).toBe(true);
  });
});

describe("a member leaves places empty", () => {
  it("as a secondary while a member is silent, which may be the primary, announced or not", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView({ primary: "db-2" }), 0);
    slotFilling.announce(50);
    expect(
      slotFilling.next(secondary, groupView({ primary: "db-2", unreachable: ["db-3"] }), 100),
    ).toBe(false);
  });

  it.each([
    ["is not ONLINE", { member: { state: "RECOVERING", role: "SECONDARY" } as const }],
    ["has no majority", { majority: false }],
    ["does not answer", { ready: false }],
    ["is in no group", { member: null }],
  ])("while it %s", (_, overrides) => {
    const slotFilling = new SlotFilling();
    slotFilling.announce(0);
    expect(
      slotFilling.next(member("PRIMARY", overrides), groupView({ unreachable: ["db-3"] }), 10),
    ).toBe(false);
  });

  it("while it is about to leave itself, until it is back", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView(), 0);
    slotFilling.leave(100);
    slotFilling.announce(100);
    expect(slotFilling.next(secondary, groupView(), 200)).toBe(false);
    slotFilling.next(outside("db-1"), groupView({ viewId: "", primary: "" }), 300);
    slotFilling.next(secondary, groupView({ viewId: "7:3" }), 400);
    slotFilling.announce(500);
    expect(slotFilling.next(secondary, groupView({ viewId: "7:3" }), 600)).toBe(true);
  });

  it("for what changed while it was outside", () => {
    const slotFilling = new SlotFilling();
    slotFilling.next(secondary, groupView(), 0);
    slotFilling.next(outside("db-1"), groupView({ viewId: "", primary: "" }), 100);
    expect(slotFilling.next(secondary, groupView({ viewId: "7:5", primary: "db-2" }), 200)).toBe(
      false,
    );
  });
});
