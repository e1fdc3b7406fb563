import { describe, expect, it } from "vitest";
import { initialState, type State } from "../../../host/mover/state";
import { statusAfter } from "../../../host/mover/status";

const state = (own: Partial<State>): State => ({ ...initialState(1, 2, true), ...own });
const early = "2026-01-01T00:00:00.000Z";
const late = "2026-01-01T00:00:30.000Z";
const serving = statusAfter(
  undefined,
  state({ vrrp: "MASTER", owner: 1 }),
  "it was told to",
  early,
);

describe("the status of a mover", () => {
  it("says since when and why the node has the address", () => {
    expect(serving).toMatchObject({ holds: true, heldSince: early, why: "it was told to" });
    const later = statusAfter(serving, state({ vrrp: "MASTER", owner: 1 }), undefined, late);
    expect(later).toMatchObject({ holds: true, heldSince: early, why: "it was told to" });
  });

  it("does not claim a reason that it does not know", () => {
    const found = statusAfter(undefined, state({ vrrp: "MASTER", owner: 1 }), undefined, early);
    expect(found.why).toBe("this node had the address when the mover started");
  });

  it("keeps what its predecessor told until the owner is read", () => {
    const restarted = statusAfter(serving, state({ vrrp: "MASTER" }), undefined, late);
    expect(restarted).toMatchObject({ holds: true, heldSince: early, why: "it was told to" });
  });

  it("forgets both when the address is elsewhere", () => {
    const lost = statusAfter(serving, state({ vrrp: "BACKUP", owner: 2 }), undefined, late);
    expect(lost).toMatchObject({ holds: false, vrrp: "BACKUP", vrrpSince: late });
    expect(lost.heldSince).toBeUndefined();
    expect(lost.why).toBeUndefined();
  });

  it("does not have what it is still asking for", () => {
    const asking = state({ vrrp: "MASTER", owner: 2, busy: "assign" });
    expect(statusAfter(undefined, asking, "dead peer", early).holds).toBe(false);
  });
});
