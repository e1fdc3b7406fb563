import { beforeEach, describe, expect, it } from "vitest";
import { Freshness } from "../../../../host/supervisor/observation/freshness";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside, upTo } from "../support/node-state";

const members = ["db-1", "db-2", "db-3"];
const self = { node: "db-2", members };
const primary = (last: number) => member("db-1", "PRIMARY", { gtid: upTo(last) });
const secondary = (last: number) => member("db-3", "SECONDARY", { gtid: upTo(last) });

let freshness: Freshness;

beforeEach(() => {
  freshness = new Freshness();
});

/** Every state was heard at that time; then the node has applied so many, and received no more. */
function heard(atMs: number, states: readonly NodeState[], applied: number): void {
  const own = member("db-2", "SECONDARY", { gtid: upTo(applied) });
  for (const state of [...states, own]) freshness.note(state, atMs);
  freshness.compare(upTo(applied));
}

describe("the data of a member", () => {
  it("has an age from the first comparison on", () => {
    expect(freshness.ageMs(self, 5_000)).toBe(86_400_000);
    heard(5_000, [primary(7)], 7);
    expect(freshness.ageMs(self, 5_100)).toBe(100);
  });

  it("is as old as the last answer of which it has everything", () => {
    heard(1_000, [primary(7)], 7);
    heard(1_200, [primary(8)], 7);
    heard(1_400, [primary(9)], 8);
    expect(freshness.ageMs(self, 1_500)).toBe(300);
    freshness.compare(upTo(9));
    expect(freshness.ageMs(self, 1_500)).toBe(100);
  });

  it("grows old on a member that hears nobody", () => {
    heard(1_000, [primary(7), secondary(7)], 7);
    freshness.compare(upTo(7));
    expect(freshness.ageMs(self, 9_000)).toBe(8_000);
  });

  it("grows old on a member that gets nothing while it hears that others do", () => {
    for (let second = 1; second <= 9; second++) {
      heard(second * 1_000, [primary(second * 10), secondary(second * 10)], 10);
    }
    expect(freshness.ageMs(self, 9_000)).toBe(8_000);
  });

  it("is known by one of two others: nothing is acknowledged without either", () => {
    heard(1_000, [primary(7), secondary(7)], 7);
    heard(9_000, [secondary(7)], 7);
    expect(freshness.ageMs(self, 9_000)).toBe(0);
  });

  it("is known by two of four others", () => {
    const five = { node: "db-2", members: [...members, "db-4", "db-5"] };
    heard(1_000, [primary(7), secondary(7)], 7);
    heard(4_000, [primary(7)], 7);
    expect(freshness.ageMs(five, 4_000)).toBe(3_000);
  });

  it("is not known by who is not in the group, or not in this one", () => {
    heard(1_000, [primary(7)], 7);
    heard(4_000, [outside("db-3", { gtid: upTo(7) })], 7);
    expect(freshness.ageMs(self, 4_000)).toBe(3_000);
    heard(4_000, [secondary(7)], 7);
    expect(freshness.ageMs({ node: "db-2", members: ["db-1", "db-2"] }, 4_000)).toBe(3_000);
  });

  it("is not known by one that still catches up, which has not received what is new", () => {
    const state = { state: "RECOVERING", role: "SECONDARY" } as const;
    heard(1_000, [primary(7)], 7);
    heard(4_000, [{ ...secondary(7), member: state }], 7);
    expect(freshness.ageMs(self, 4_100)).toBe(3_100);
  });

  it("grows old while the member does not apply what it has received, whatever the others have", () => {
    heard(1_000, [primary(7), secondary(7)], 7);
    for (const atMs of [2_000, 3_000, 4_000]) {
      freshness.note(member("db-2", "SECONDARY", { gtid: upTo(8) }), atMs);
      freshness.note(secondary(7), atMs);
      freshness.compare(upTo(7));
    }
    expect(freshness.ageMs(self, 4_000)).toBe(3_000);
    freshness.compare(upTo(8));
    expect(freshness.ageMs(self, 4_000)).toBe(0);
  });

  it("grows old on both replicas if neither applies", () => {
    heard(1_000, [primary(7), secondary(7)], 7);
    for (const atMs of [2_000, 3_000]) {
      for (const state of [primary(9), secondary(9)]) freshness.note(state, atMs);
      freshness.note(member("db-2", "SECONDARY", { gtid: upTo(9) }), atMs);
      freshness.compare(upTo(7));
    }
    expect(freshness.ageMs(self, 3_000)).toBe(2_000);
  });

  it("is that of the only other member of two", () => {
    const two = { node: "db-2", members: ["db-1", "db-2"] };
    heard(1_000, [primary(7)], 7);
    heard(2_000, [primary(8), secondary(7)], 7);
    expect(freshness.ageMs(two, 2_000)).toBe(1_000);
  });

  it("catches up however long it lagged", () => {
    for (let look = 1; look <= 500; look++) heard(look * 200, [primary(look)], 0);
    freshness.compare(upTo(470));
    expect(freshness.ageMs(self, 100_000)).toBe(6_000);
    freshness.compare(upTo(500));
    expect(freshness.ageMs(self, 100_000)).toBe(0);
  });

  it("is no question for a node alone", () => {
    expect(freshness.ageMs({ node: "db-1", members: ["db-1"] }, 5_000)).toBe(0);
  });
});
