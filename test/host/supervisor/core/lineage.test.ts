import { describe, expect, it } from "vitest";
import {
  founded,
  foundingExtra,
  isOfAnotherGroup,
  lineageOf,
  settled,
} from "../../../../host/supervisor/core/lineage";
import { member, outside, upTo } from "../support/node-state";

const first = { epoch: "100", founding: upTo(0) };
const second = { epoch: "200", founding: upTo(40) };
const third = { epoch: "300", founding: upTo(60) };

describe("foundingExtra", () => {
  const extra = (lineage: (typeof first)[], last: number, group: (typeof first)[]) =>
    foundingExtra(outside("db-3", { lineage, gtid: upTo(last) }), group);

  it("is nothing in the group that the data is of, however far it has come", () => {
    expect(extra([first, second], 90, [first, second])).toBe("");
  });

  it("is nothing for what the maker of the group had", () => {
    expect(extra([first], 40, [first, second])).toBe("");
  });

  it("is what the maker did not have, although the group has that number now", () => {
    expect(extra([first], 41, [first, second])).not.toBe("");
  });

  it("is measured where the lineages part, not by the last group", () => {
    expect(extra([first], 45, [first, second, third])).not.toBe("");
  });

  it("is what data of another group has beyond its own making", () => {
    const other = { epoch: "250", founding: upTo(40) };
    expect(extra([first, other], 41, [first, third])).not.toBe("");
    expect(extra([first, other], 40, [first, third])).toBe("");
  });

  it("is unknown, so nothing, in a group that never wrote down its making", () => {
    expect(extra([first], 90, [])).toBe("");
  });

  it("of data without a lineage is what the oldest known group was made without", () => {
    expect(extra([], 0, [first, second])).toBe("");
    expect(extra([], 1, [first, second])).not.toBe("");
  });
});

describe("a lineage", () => {
  const made = founded(outside("db-1", { lineage: [first], gtid: upTo(40) }), "a");

  it("gets a new group when one is made, and its epoch once that is known", () => {
    expect(made).toEqual([first, { epoch: "pending-a", founding: upTo(40) }]);
    expect(settled(made, "200")).toEqual([first, second]);
    expect(settled([first, second], "300")).toEqual([first, second]);
  });

  it("keeps a group that may have been there, and may have taken writes", () => {
    const again = founded(outside("db-1", { lineage: made, gtid: upTo(42) }), "b");
    expect(again).toEqual([...made, { epoch: "pending-b", founding: upTo(42) }]);
    const other = outside("db-3", { lineage: [first], gtid: upTo(41) });
    expect(foundingExtra(other, settled(again, "300"))).not.toBe("");
  });

  it("does not grow with attempts that change nothing", () => {
    expect(founded(outside("db-1", { lineage: made, gtid: upTo(40) }), "b")).toBe(made);
  });

  it("remembers a bounded number of groups", () => {
    let lineage = founded(outside("db-1"), "a");
    for (let epoch = 1; epoch < 50; epoch++) {
      lineage = founded(outside("db-1", { lineage: settled(lineage, String(epoch)) }), "a");
    }
    expect(lineage).toHaveLength(20);
  });

  it("is told by a member whose data is of the present group", () => {
    const other = member("db-1", "PRIMARY", { epoch: "200", lineage: [first] });
    const knowing = member("db-2", "SECONDARY", { epoch: "200", lineage: [first, second] });
    expect(lineageOf([other, knowing])).toEqual([first, second]);
    expect(lineageOf([other])).toEqual([]);
  });
});

describe("isOfAnotherGroup", () => {
  const peer = member("db-1", "PRIMARY", { epoch: "200", lineage: [first, second] });

  it("is true for a member that was let into a group made meanwhile", () => {
    const self = member("db-2", "SECONDARY", { epoch: "200", lineage: [first] });
    expect(isOfAnotherGroup(self, [peer])).toBe(true);
  });

  it("is false in the own group, and while nobody knows better", () => {
    const own = member("db-2", "SECONDARY", { epoch: "200", lineage: [first, second] });
    const unknown = member("db-2", "SECONDARY", { epoch: "200", lineage: [] });
    const old = member("db-2", "SECONDARY", { epoch: "200", lineage: [first] });
    expect(isOfAnotherGroup(own, [peer])).toBe(false);
    expect(isOfAnotherGroup(unknown, [peer])).toBe(false);
    expect(isOfAnotherGroup(old, [])).toBe(false);
  });
});
