import { describe, expect, it } from "vitest";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { servesLate } from "../../../../host/supervisor/policy/late-poll";
import { member, outside, view } from "../support/node-state";

const five = ["db-1", "db-2", "db-3", "db-4", "db-5"];

const members = ["db-1", "db-2", "db-3"];
const lastView = view("db-1", 5);
const self = member("db-1", "PRIMARY", { members, lastView });
const own = { members, lastView, onlinePrimary: "db-1" };
const db2 = member("db-2", "SECONDARY", own);
const db3 = member("db-3", "SECONDARY", own);
const late = { ageMs: 6_000, served: true, lives: true };

const serves = (peers: readonly NodeState[], overrides = {}, nodes = members) =>
  servesLate(self, peers, { ...late, ...overrides }, nodes);

describe("a primary whose MySQL is late", () => {
  it("goes on serving while a majority says that it is the primary", () => {
    expect(serves([db2, db3])).toBe(true);
    expect(serves([db2])).toBe(true);
    expect(serves([])).toBe(false);
    expect(serves([db2], {}, five)).toBe(false);
  });

  it("does so for no longer than clients wait", () => {
    expect(serves([db2, db3], { ageMs: 15_000 })).toBe(true);
    expect(serves([db2, db3], { ageMs: 15_001 })).toBe(false);
  });

  it("does not if it did not serve before, or is not there any more", () => {
    expect(serves([db2, db3], { served: false })).toBe(false);
    expect(serves([db2, db3], { lives: false })).toBe(false);
  });

  it("does not once it has heard of another primary", () => {
    const heard = { ...self, lastView: view("db-2", 6) };
    expect(servesLate(heard, [db2, db3], late, members)).toBe(false);
  });

  it.each<[string, Partial<NodeState>]>([
    ["does not reach it", { onlinePrimary: "" }],
    ["has another primary", { onlinePrimary: "db-3" }],
    ["does not say who is, as before an update", { onlinePrimary: undefined }],
    ["is in a view without it", { members: ["db-2", "db-3"] }],
    ["is in another group", { groupId: "200" }],
    ["is in none that it knows of", { groupId: null }],
    ["sees no majority", { majority: false }],
    ["knows a later primary", { lastView: view("db-2", 6) }],
  ])("does not if one member %s, whatever the other says", (_, overrides) => {
    expect(serves([db2, { ...db3, ...overrides }])).toBe(false);
    expect(serves([{ ...db2, ...overrides }])).toBe(false);
  });

  it.each<[string, NodeState]>([
    ["catches up", { ...db3, member: { state: "RECOVERING", role: "SECONDARY" } }],
    ["is in no group", outside("db-3", { members: [] })],
    ["does not see its own MySQL", { ...db3, ready: false, member: null }],
  ])("counts no node that %s, neither for nor against it", (_, peer) => {
    expect(serves([peer])).toBe(false);
    expect(serves([db2, peer])).toBe(true);
  });

  it("does not if a node outside the group knows a later primary", () => {
    expect(serves([db2, outside("db-3", { lastView: view("db-3", 9) })])).toBe(false);
  });

  it("needs nobody if it is the only node", () => {
    const alone = { ...self, lastView: null, members: [] };
    expect(servesLate(alone, [], late, ["db-1"])).toBe(true);
    expect(servesLate(alone, [], { ...late, ageMs: 15_001 }, ["db-1"])).toBe(false);
  });
});
