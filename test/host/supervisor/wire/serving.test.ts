import { describe, expect, it, beforeEach } from "vitest";
import { isPrimary, isReplica, Serving } from "../../../../host/supervisor/wire/serving";
import { member, view } from "../support/node-state";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import type { Observer } from "../../../../host/supervisor/observation/observer";

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
});

const members = ["db-1", "db-2", "db-3"];
const lastView = view("db-1", 5);
const peer = member("db-2", "SECONDARY", { members, lastView, onlinePrimary: "db-1" });

let look: { state: NodeState; ageMs: number; lives: boolean };
let peers: NodeState[];
let other: { by: string; primary: string } | undefined;
let confirmed: boolean;
let serving: Serving;

beforeEach(() => {
  look = { state: member("db-1", "PRIMARY", { members, lastView }), ageMs: 100, lives: true };
  [peers, other, confirmed] = [[peer], undefined, true];
  const observer = {
    get state() {
      return look.state;
    },
    get ageMs() {
      return look.ageMs;
    },
    get isAlive() {
      return look.lives;
    },
    isFresh: () => look.ageMs < 1_500,
  } as Observer;
  serving = new Serving({
    ...{ observer, nodes: members, peers: { states: () => peers } },
    ...{ confirmed: () => confirmed, otherPrimary: () => other },
  });
  serving.note();
});

describe("what an operator is told of writes", () => {
  it("is what the proxies are told", () => {
    expect(serving.writes()).toEqual({ servesWrites: true, noWrites: "" });
    look.ageMs = 8_000;
    expect(serving.writes()).toEqual({ servesWrites: true, noWrites: "" });
  });

  it("is why a primary gets none", () => {
    [confirmed, peers] = [false, []];
    const { servesWrites, noWrites } = serving.writes();
    expect(servesWrites).toBe(false);
    expect(noWrites).toContain("1 of 3 nodes confirm it, and 2 must (not db-2, db-3)");
  });

  it("is no reason for a secondary, which gets none", () => {
    look.state = member("db-1", "SECONDARY", { members, lastView });
    expect(serving.writes()).toEqual({ servesWrites: false, noWrites: "" });
  });
});

describe("what the proxies are told", () => {
  it("is what the last look showed while it is fresh", () => {
    expect(serving.isPrimary()).toBe(true);
    confirmed = false;
    expect(serving.isPrimary()).toBe(false);
  });

  it("goes on for a primary whose MySQL is late, as long as a member says that it is the primary", () => {
    look.ageMs = 8_000;
    expect(serving.isPrimary()).toBe(true);
    peers = [];
    expect(serving.isPrimary()).toBe(false);
  });

  it.each([
    ["is not there any more", () => (look.lives = false)],
    ["has no room on its disk", () => (look.state = { ...look.state, diskSpent: true })],
    ["did not answer for 15 s", () => (look.ageMs = 15_001)],
  ])("ends for a late MySQL that %s", (_, change) => {
    look.ageMs = 8_000;
    change();
    expect(serving.isPrimary()).toBe(false);
  });

  it("does not begin while MySQL is late", () => {
    confirmed = false;
    serving.note();
    confirmed = true;
    look.ageMs = 8_000;
    serving.note();
    expect(serving.isPrimary()).toBe(false);
  });

  it("is no for a primary without a majority while an app node reaches another one", () => {
    look.state = { ...look.state, alone: true, members: ["db-1"] };
    expect(serving.isPrimary()).toBe(true);
    other = { by: "10.0.3.11", primary: "db-2" };
    expect(serving.isPrimary()).toBe(false);
    look.state = { ...look.state, alone: false, members };
    expect(serving.isPrimary()).toBe(true);
  });
});
