import { describe, expect, it } from "vitest";
import {
  LeaveDelay,
  noticeMs,
  RejoinDelay,
  settleMs,
  silenceMs,
} from "../../../../host/supervisor/policy/decisions";
import type { Decision } from "../../../../host/supervisor/core/decision";
import { notNoticed } from "../../../../host/supervisor/core/into-group";

const passing = {
  type: "leave",
  reason: "db-2 has voted for a later group",
  mayPass: true,
} as const;

describe("a leave", () => {
  it("is carried out at once", () => {
    const leave = { type: "leave", reason: "why", cut: true } as const;
    expect(new LeaveDelay().next(leave, 0)).toBe(leave);
  });

  it("whose reason may pass has to hold for three seconds without a break", () => {
    const leaving = new LeaveDelay();
    expect(leaving.next(passing, 0)).toEqual({ type: "nothing" });
    expect(leaving.next(passing, 2_999)).toEqual({ type: "nothing" });
    expect(leaving.next(passing, 3_000)).toBe(passing);
    leaving.next({ type: "nothing" }, 3_100);
    expect(leaving.next(passing, 3_200)).toEqual({ type: "nothing" });
  });
});

const join: Decision = { type: "join", lineage: [] };
const known: Decision = { type: "wait", reason: notNoticed, instead: join };

describe("Rejoins", () => {
  it("lets a node that was in no group join at once", () => {
    expect(new RejoinDelay().next(join, false, 0)).toEqual(join);
  });

  it("keeps a removed member out until the group has settled", () => {
    const rejoins = new RejoinDelay();
    expect(rejoins.next(known, false, 1_000)).toEqual(known);
    expect(rejoins.next(join, false, 1_100).type).toBe("wait");
    expect(rejoins.next(join, false, 999 + settleMs).type).toBe("wait");
    expect(rejoins.next(join, false, 1_000 + settleMs)).toEqual(join);
  });

  it("keeps a node out while the others may take it for alive", () => {
    const rejoins = new RejoinDelay();
    rejoins.next({ type: "nothing" }, true, 1_000);
    expect(rejoins.next(join, false, 1_100).type).toBe("wait");
    expect(rejoins.next(join, false, 999 + silenceMs).type).toBe("wait");
    expect(rejoins.next(join, false, 1_000 + silenceMs)).toEqual(join);
  });

  it("holds up nothing else", () => {
    const rejoins = new RejoinDelay();
    rejoins.next(known, false, 0);
    expect(rejoins.next({ type: "nothing" }, false, 10)).toEqual({ type: "nothing" });
    const bootstrap: Decision = { type: "bootstrap", kind: "majority", reason: "all are gone" };
    expect(rejoins.next(bootstrap, false, 20)).toEqual(bootstrap);
  });

  it("does not wait for ever for a group that keeps it as a member", () => {
    const rejoins = new RejoinDelay();
    expect(rejoins.next(known, false, 0)).toEqual(known);
    expect(rejoins.next(known, false, noticeMs - 1)).toEqual(known);
    expect(rejoins.next(known, false, noticeMs)).toEqual(join);
    expect(rejoins.next(known, false, noticeMs + 5_000)).toEqual(join);
  });

  it("waits anew after it was a member again", () => {
    const rejoins = new RejoinDelay();
    rejoins.next(known, false, 0);
    rejoins.next({ type: "nothing" }, false, 20_000);
    expect(rejoins.next(known, false, noticeMs)).toEqual(known);
  });
});
