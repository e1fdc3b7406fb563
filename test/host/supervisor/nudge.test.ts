import { describe, expect, it } from "vitest";
import { Nudges, type Roll } from "../../../host/supervisor/nudge";
import type { NodeState } from "../../../host/supervisor/view";
import { outside } from "./node-state";

function member(role: "PRIMARY" | "SECONDARY", overrides: Partial<NodeState> = {}): NodeState {
  return outside("db-1", { member: { state: "ONLINE", role }, ...overrides });
}

function roll(overrides: Partial<Roll> = {}): Roll {
  return { viewId: "7:1", primary: "db-1", unreachable: [], ...overrides };
}

const [primary, secondary] = [member("PRIMARY"), member("SECONDARY")];

describe("a member fills places", () => {
  it("not while nothing changes, nor for the view that it starts with", () => {
    const nudges = new Nudges();
    expect(nudges.next(primary, roll(), 0)).toBe(false);
    expect(nudges.next(primary, roll(), 100)).toBe(false);
  });

  it("for a second after a change of the view, whatever its role", () => {
    for (const self of [primary, secondary]) {
      const nudges = new Nudges();
      nudges.next(self, roll(), 0);
      expect(nudges.next(self, roll({ viewId: "7:2" }), 100)).toBe(true);
      expect(nudges.next(self, roll({ viewId: "7:2" }), 1_099)).toBe(true);
      expect(nudges.next(self, roll({ viewId: "7:2" }), 1_100)).toBe(false);
    }
  });

  it("for four seconds after a switch, until the former primary may have left", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll({ primary: "db-2" }), 0);
    expect(nudges.next(secondary, roll({ primary: "db-3" }), 100)).toBe(true);
    expect(nudges.next(secondary, roll({ primary: "db-3" }), 4_099)).toBe(true);
    expect(nudges.next(secondary, roll({ primary: "db-3" }), 4_100)).toBe(false);
  });

  it("not as the former primary, which may leave", () => {
    const nudges = new Nudges();
    nudges.next(primary, roll(), 0);
    expect(nudges.next(secondary, roll({ primary: "db-2" }), 100)).toBe(false);
  });

  it("from the word that another one comes or leaves until a second after it did", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll(), 0);
    nudges.announce(1_000);
    expect(nudges.next(secondary, roll(), 2_000)).toBe(true);
    expect(nudges.next(secondary, roll({ viewId: "7:2" }), 2_500)).toBe(true);
    expect(nudges.next(secondary, roll({ viewId: "7:2" }), 3_499)).toBe(true);
    expect(nudges.next(secondary, roll({ viewId: "7:2" }), 3_500)).toBe(false);
  });

  it("for four seconds for one that does not come", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll(), 0);
    nudges.announce(1_000);
    expect(nudges.next(secondary, roll(), 4_999)).toBe(true);
    expect(nudges.next(secondary, roll(), 5_000)).toBe(false);
  });

  it("as the primary that has lost another one, five seconds at most", () => {
    const nudges = new Nudges();
    nudges.next(primary, roll(), 0);
    expect(nudges.next(primary, roll({ unreachable: ["db-3"] }), 100)).toBe(true);
    expect(nudges.next(primary, roll({ unreachable: ["db-3"] }), 5_099)).toBe(true);
    expect(nudges.next(primary, roll({ unreachable: ["db-3"] }), 5_100)).toBe(false);
    expect(nudges.next(primary, roll(), 6_000)).toBe(false);
    expect(nudges.next(primary, roll({ unreachable: ["db-3"] }), 6_100)).toBe(true);
  });
});

describe("a member leaves places empty", () => {
  it("as a secondary while a member is silent, which may be the primary, announced or not", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll({ primary: "db-2" }), 0);
    nudges.announce(50);
    expect(nudges.next(secondary, roll({ primary: "db-2", unreachable: ["db-3"] }), 100)).toBe(
      false,
    );
  });

  it.each([
    ["is not ONLINE", { member: { state: "RECOVERING", role: "SECONDARY" } as const }],
    ["has no majority", { majority: false }],
    ["does not answer", { ready: false }],
    ["is in no group", { member: null }],
  ])("while it %s", (_, overrides) => {
    const nudges = new Nudges();
    nudges.announce(0);
    expect(nudges.next(member("PRIMARY", overrides), roll({ unreachable: ["db-3"] }), 10)).toBe(
      false,
    );
  });

  it("while it is about to leave itself, until it is back", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll(), 0);
    nudges.leave(100);
    nudges.announce(100);
    expect(nudges.next(secondary, roll(), 200)).toBe(false);
    nudges.next(outside("db-1"), roll({ viewId: "", primary: "" }), 300);
    nudges.next(secondary, roll({ viewId: "7:3" }), 400);
    nudges.announce(500);
    expect(nudges.next(secondary, roll({ viewId: "7:3" }), 600)).toBe(true);
  });

  it("for what changed while it was outside", () => {
    const nudges = new Nudges();
    nudges.next(secondary, roll(), 0);
    nudges.next(outside("db-1"), roll({ viewId: "", primary: "" }), 100);
    expect(nudges.next(secondary, roll({ viewId: "7:5", primary: "db-2" }), 200)).toBe(false);
  });
});
