import { describe, expect, it } from "vitest";
import { LeaveDelay } from "../../../../host/supervisor/policy/leave-delay";

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
