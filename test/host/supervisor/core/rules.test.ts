import { describe, expect, it } from "vitest";
import {
  type Claim,
  claimMs,
  Claims,
  isMajority,
  mayBeMade,
} from "../../../../host/supervisor/core/votes";
import { includes, missingFrom } from "../../../../host/supervisor/core/gtid";
import { durationMs, isPrimary, isReplica } from "../../../../host/supervisor/wire/roles";
import {
  isConfirmed,
  isLater,
  latestPrimaries,
  ownView,
  viewOf,
  viewQuery,
} from "../../../../host/supervisor/core/node-state";
import { member, outside, view } from "../support/node-state";

describe("claims", () => {
  const kept: Claim[] = [];
  const claims = () => new Claims(kept.at(-1) ?? null, (claim) => kept.push(claim));

  it("are granted to one node at a time, also across a restart", () => {
    expect(claims().grant("db-1", null, 1_000)).toBe(true);
    expect(claims().grant("db-2", null, 1_000 + claimMs - 1)).toBe(false);
    expect(claims().grant("db-1", null, 2_000)).toBe(true);
    expect(claims().grant("db-2", null, 2_000 + claimMs)).toBe(true);
  });

  it("do not last longer because a clock was set back", () => {
    const future = { node: "db-1", untilMs: 9e12, epoch: "0" };
    expect(new Claims(future, () => undefined).grant("db-2", null, 1_000)).toBe(true);
  });

  it("keep a node from knowing any other primary", () => {
    const granting = new Claims({ node: "db-1", untilMs: 2_000, epoch: "100" }, () => undefined);
    expect([granting.agrees("db-1", 1_999), granting.agrees("db-2", 1_999)]).toEqual([true, false]);
    expect(granting.agrees("db-2", 2_000)).toBe(true);
  });

  it("end when their group is there, and not with an older one", () => {
    const granting = new Claims({ node: "db-1", untilMs: 2_000, epoch: "100" }, () => undefined);
    granting.settle(view("db-1", 9, "100"), 1_000);
    granting.settle(view("db-2", 1, "101"), 1_000);
    expect(granting.holder(1_000)).toBe("db-1");
    granting.settle(view("db-1", 1, "101"), 1_000);
    expect(granting.holder(1_000)).toBeUndefined();
  });

  it("are refused by members, and by who knows of a later view", () => {
    const self = outside("db-1", { lastView: view("db-2", 5) });
    expect(mayBeMade(self, view("db-2", 5))).toBe(true);
    expect(mayBeMade(self, view("db-2", 4))).toBe(false);
    expect(mayBeMade(self, null)).toBe(false);
    expect(mayBeMade(member("db-1", "SECONDARY"), view("db-2", 5))).toBe(false);
    expect(mayBeMade(outside("db-1"), null)).toBe(true);
  });

  it("are a majority from two of three on", () => {
    expect([1, 2, 3].map((grants) => isMajority(grants, 3))).toEqual([false, true, true]);
    expect(isMajority(2, 4)).toBe(false);
  });
});

describe("sets of transactions", () => {
  it.each([
    ["a:1-5", "a:2-3", ""],
    ["a:1-3:4-5", "a:1-5", ""],
    ["a:1-5", "a:4-6", "a:4-6"],
    ["a:1-5,b:1", "b:1-2,a:5", "b:1-2"],
    ["", "a:1", "a:1"],
    ["A:1-5", "a:5", ""],
    ["a:1-5", "a:tag:1", "a:tag:1"],
    ["a:1-5:tag:1-2,\nb:7", "a:tag:2,b:7", ""],
  ])("%j lacks of %j: %j", (outer, inner, missing) => {
    expect(missingFrom(outer, inner)).toBe(missing);
    expect(includes(outer, inner)).toBe(missing === "");
  });
});

describe("views", () => {
  it("rise by bootstrap, then by counter", () => {
    expect(
      isLater(view("x", 1, "17000000000000000001"), view("x", 9, "17000000000000000000")),
    ).toBe(true);
    expect(isLater(view("x", 10), view("x", 9))).toBe(true);
    expect(isLater(view("x", 9), view("x", 9))).toBe(false);
    expect(isLater(null, null)).toBe(false);
  });

  it("are told by the primary alone, when they say something new", () => {
    const seen = { primary: "db-1", epoch: "100", counter: 5 };
    expect(ownView("db-2", seen, null)).toBeUndefined();
    expect(ownView("db-1", seen, null)).toEqual(view("db-1", 5));
    expect(ownView("db-1", seen, view("db-1", 5))).toBeUndefined();
    expect(ownView("db-1", seen, view("db-2", 6))).toBeUndefined();
    expect(ownView("db-1", seen, view("db-2", 4, "100", 3))).toEqual(view("db-1", 5));
  });

  it("rise with a planned switch, which leaves the view as it is", () => {
    const seen = { primary: "db-1", epoch: "100", counter: 5 };
    const after = ownView("db-1", seen, view("db-2", 5, "100", 1))!;
    expect(after).toEqual(view("db-1", 5, "100", 2));
    expect(isLater(after, view("db-2", 5, "100", 1))).toBe(true);
  });

  it("rise when a peer knows one of the same rank with another primary", () => {
    const seen = { primary: "db-1", epoch: "100", counter: 5 };
    const own = view("db-1", 5);
    expect(ownView("db-1", seen, own, view("db-3", 5))).toEqual(view("db-1", 5, "100", 1));
    expect(ownView("db-1", seen, own, view("db-3", 4))).toBeUndefined();
    expect(ownView("db-3", seen, view("db-3", 5), own)).toBeUndefined();
  });

  it("travel as a query", () => {
    const told = view("db-2", 5, "17000000000000000001", 2);
    expect(viewOf(new URLSearchParams(viewQuery(told)))).toEqual(told);
    expect(viewOf(new URLSearchParams(viewQuery(null)))).toBeNull();
    expect(viewOf(new URLSearchParams("primary=db-1&epoch=x&counter=1&turn=0"))).toBeNull();
  });

  it("name the last primaries", () => {
    const states = [view("db-1", 4), view("db-2", 5), view("db-3", 5)].map((lastView, i) =>
      outside(`db-${i}`, { lastView }),
    );
    expect(latestPrimaries(states)).toEqual(["db-2", "db-3"]);
    expect(latestPrimaries([outside("db-1")])).toEqual([]);
  });

  it("confirm a primary when a majority has it on disk", () => {
    const self = member("db-1", "PRIMARY", { lastView: view("db-1", 5) });
    const knows = outside("db-2", { lastView: view("db-1", 5) });
    expect(isConfirmed(self, [knows], 3)).toBe(true);
    expect(isConfirmed(self, [], 3)).toBe(false);
    expect(isConfirmed(self, [{ ...knows, lastView: view("db-1", 4) }], 3)).toBe(false);
    expect(isConfirmed(self, [{ ...knows, lastView: view("db-2", 5) }], 3)).toBe(false);
    expect(isConfirmed({ ...self, lastView: view("db-2", 5) }, [knows], 3)).toBe(false);
  });
});

describe("roles for the proxies", () => {
  const primary = member("db-1", "PRIMARY");
  const replica = member("db-2", "SECONDARY", { dataAgeMs: 900 });

  it("a primary is ONLINE, writable and sees a majority", () => {
    expect(isPrimary(primary)).toBe(true);
    expect(isPrimary({ ...primary, writable: false })).toBe(false);
    expect(isPrimary({ ...primary, majority: false })).toBe(false);
    expect(isPrimary({ ...primary, member: { state: "RECOVERING", role: "PRIMARY" } })).toBe(false);
    expect(isPrimary(replica)).toBe(false);
  });

  it("a replica is ONLINE, sees a majority and lags no more than asked", () => {
    expect(isReplica(replica, 1_000)).toBe(true);
    expect(isReplica(replica, 899)).toBe(false);
    expect(isReplica({ ...replica, majority: false }, 1_000)).toBe(false);
    expect(isReplica({ ...replica, dataAgeMs: 1_001 }, 1_000)).toBe(false);
    expect(isReplica(primary, 1_000)).toBe(false);
  });

  it("reads limits as the proxies write them", () => {
    expect(["1s", "250ms", "70", "soon"].map(durationMs)).toEqual([1_000, 250, 70, 1_000]);
  });
});
