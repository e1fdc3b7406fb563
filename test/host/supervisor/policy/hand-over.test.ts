import { describe, expect, it } from "vitest";
import { betterPrimary, HandOvers } from "../../../../host/supervisor/policy/hand-over";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, view } from "../support/node-state";

const [app1, app2] = ["10.0.3.11", "10.0.3.12"] as const;
const standing = { listeningMs: 90_000, slowMs: 0 };
const cutOff = member("db-1", "PRIMARY", { asked: { [app1]: 5_100, [app2]: 5_300 } });
const db2 = member("db-2", "SECONDARY", { asked: { [app1]: 100 } });
const db3 = member("db-3", "SECONDARY", { asked: { [app1]: 100, [app2]: 300 } });

describe("a primary that app nodes do not reach", () => {
  it("gives way to the member that most of them ask", () => {
    expect(betterPrimary(cutOff, [db2, db3], standing)).toEqual({
      to: "db-3",
      reason: "2 of 2 app nodes reach db-3, 0 reached this node in the last 5000 ms",
      ifItHangs: "giveUp",
      callers: "most",
    });
    expect(betterPrimary(cutOff, [db2], standing)).toMatchObject({ to: "db-2" });
  });

  it("gives way to a member that one more of them asks", () => {
    const asked = { [app1]: 400, [app2]: 5_001 };
    expect(betterPrimary({ ...cutOff, asked }, [db2, db3], standing)).toEqual({
      to: "db-3",
      reason: "2 of 2 app nodes reach db-3, 1 reached this node in the last 5000 ms",
      ifItHangs: "giveUp",
      callers: "few",
    });
    const late = { [app1]: 400, [app2]: 5_000 };
    expect(betterPrimary({ ...cutOff, asked: late }, [db2, db3], standing)).toBeUndefined();
  });

  it("stays while one of them asks that does not reach the other", () => {
    const asked = { [app1]: 60_000, [app2]: 400 };
    expect(betterPrimary({ ...cutOff, asked }, [db2], standing)).toBeUndefined();
    const late = { ...db3, asked: { [app1]: 100, [app2]: 2_001 } };
    expect(betterPrimary({ ...cutOff, asked }, [db2, late], standing)).toBeUndefined();
  });

  it("stays until a majority knows the group that it founded", () => {
    expect(betterPrimary({ ...cutOff, alone: true }, [db3], standing)).toBeUndefined();
  });

  it("stays if an app node went away", () => {
    const asked = { [app1]: 400, [app2]: 30_000 };
    const gone = { ...db3, asked: { [app1]: 100, [app2]: 30_200 } };
    expect(betterPrimary({ ...cutOff, asked }, [db2, gone], standing)).toBeUndefined();
  });

  it("stays if they ask nobody", () => {
    const silent = [db2, db3].map((peer) => ({ ...peer, asked: { [app1]: 2_500 } }));
    expect(betterPrimary(cutOff, silent, standing)).toBeUndefined();
    expect(betterPrimary({ ...cutOff, asked: {} }, [], standing)).toBeUndefined();
  });

  it("is called away by most of the app nodes that ask at all, or by few", () => {
    const app3 = "10.0.3.13";
    const asked = { [app1]: 100, [app2]: 300, [app3]: 200 };
    const everywhere = { ...db3, asked };
    const callers = (here: Record<string, number>) =>
      betterPrimary({ ...cutOff, asked: here }, [everywhere], standing)?.callers;
    expect(callers({ [app1]: 100, [app2]: 300 })).toBe("few");
    expect(callers({ [app1]: 100 })).toBe("most");
    expect(callers({})).toBe("most");
  });

  it("stays if less than half of them reach another one", () => {
    const three = { ...cutOff, asked: { ...cutOff.asked, "10.0.3.13": 5_900 } };
    expect(betterPrimary(three, [db2], standing)).toBeUndefined();
  });

  it("stays if it could be asked only for a moment", () => {
    const restarted = { ...cutOff, asked: {} };
    expect(betterPrimary(restarted, [db3], { ...standing, listeningMs: 4_900 })).toBeUndefined();
    expect(betterPrimary(restarted, [db3], { ...standing, listeningMs: 5_000 })).toBeDefined();
  });

  it.each<[string, Partial<NodeState>]>([
    ["is not ONLINE", { member: { state: "RECOVERING", role: "SECONDARY" } }],
    ["has a full disk", { diskFull: true }],
    ["has a slow disk", { commitMs: 1_001 }],
    ["sees no majority", { majority: false }],
    ["does not answer", { ready: false }],
  ])("gives way to no member that %s", (_, overrides) => {
    expect(betterPrimary(cutOff, [{ ...db3, ...overrides }], standing)).toBeUndefined();
  });

  it("is the only one to decide", () => {
    expect(betterPrimary({ ...db2, asked: {} }, [cutOff, db3], standing)).toBeUndefined();
    expect(betterPrimary({ ...cutOff, majority: false }, [db3], standing)).toBeUndefined();
  });
});

describe("a primary with a slow disk", () => {
  const slow = member("db-1", "PRIMARY", { asked: db3.asked, commitMs: 1_700 });

  it("gives way to the fastest member after 30 s", () => {
    const peers = [
      { ...db2, commitMs: 90 },
      { ...db3, commitMs: 8 },
    ];
    expect(betterPrimary(slow, peers, { ...standing, slowMs: 29_999 })).toBeUndefined();
    expect(betterPrimary(slow, peers, { ...standing, slowMs: 30_000 })).toEqual({
      to: "db-3",
      reason: "the disk of db-1 adds 1700 ms to each commit",
      ifItHangs: "giveUp",
    });
  });

  it("gives way after 5 s if a commit takes more than 5 s", () => {
    const stuck = { ...slow, commitMs: 5_001 };
    expect(betterPrimary(stuck, [db3], { ...standing, slowMs: 4_999 })).toBeUndefined();
    expect(betterPrimary(stuck, [db3], { ...standing, slowMs: 5_000 })).toMatchObject({
      to: "db-3",
      ifItHangs: "kill",
    });
    const less = { ...slow, commitMs: 5_000 };
    expect(betterPrimary(less, [db3], { ...standing, slowMs: 10_000 })).toBeUndefined();
  });

  it("stays if its disk is fast again", () => {
    const fast = { ...slow, commitMs: 1_000 };
    expect(betterPrimary(fast, [db3], { ...standing, slowMs: 60_000 })).toBeUndefined();
  });

  it("stays if all are slow", () => {
    const peers = [{ ...db2, commitMs: 1_500 }];
    expect(betterPrimary(slow, peers, { ...standing, slowMs: 60_000 })).toBeUndefined();
  });
});

describe("a reason to hand over", () => {
  const successor = { to: "db-3", reason: "why", ifItHangs: "giveUp" } as const;
  const nothing = { type: "nothing" } as const;
  const primary = member("db-1", "PRIMARY", { lastView: view("db-1", 5) });
  const given = { ...primary, lastView: view("db-1", 5, 100, 1) };

  /** Types of the decisions at looks at those times. */
  function looks(self: NodeState, times: readonly number[], heirs = times.map(() => true)) {
    const handOvers = new HandOvers();
    return times.map(
      (at, i) => handOvers.next(nothing, self, heirs[i] ? successor : undefined, at).type,
    );
  }

  it("must hold for a second", () => {
    expect(looks(primary, [0, 500, 999, 1_000])).toEqual([
      ...["nothing", "nothing", "nothing", "handOver"],
    ]);
    expect(looks(primary, [0, 500, 1_000], [true, false, true]).at(-1)).toBe("nothing");
  });

  it("does not count the time in which nobody looked", () => {
    expect(looks(primary, [0, 12_000, 12_900])).not.toContain("handOver");
  });

  it("waits a minute if the role was given by a switch, not after a failover", () => {
    const times = Array.from({ length: 61 }, (_, i) => i * 1_000);
    expect(looks(given, times).indexOf("handOver")).toBe(60);
    expect(looks(primary, times).indexOf("handOver")).toBe(1);
  });

  it("of app nodes is one move among a bounded number, tried again after a switch that failed", () => {
    const handOvers = new HandOvers();
    const called = { ...successor, callers: "few" } as const;
    const moveAt = (counter: number, at: number) => {
      const self = { ...primary, lastView: view("db-1", counter) };
      handOvers.next(nothing, self, called, at - 1_000);
      return handOvers.next(nothing, self, called, at);
    };
    expect([1, 1, 2, 3].map((counter, i) => moveAt(counter, i * 20_000).type)).toEqual([
      ...["handOver", "handOver", "handOver", "nothing"],
    ]);
    expect(moveAt(2, 90_000)).toEqual({ type: "handOver", ...successor });
  });

  it("of the node itself is not bounded", () => {
    const handOvers = new HandOvers();
    const types = [1, 2, 3, 4, 5].map((counter) => {
      const self = { ...primary, lastView: view("db-1", counter) };
      handOvers.next(nothing, self, successor, counter * 10_000);
      return handOvers.next(nothing, self, successor, counter * 10_000 + 1_000).type;
    });
    expect(new Set(types)).toEqual(new Set(["handOver"]));
  });

  it("comes after everything else", () => {
    const handOvers = new HandOvers();
    const leave = { type: "leave", reason: "later group" } as const;
    handOvers.next(nothing, primary, successor, 0);
    expect(handOvers.next(leave, primary, successor, 1_500)).toBe(leave);
  });
});
