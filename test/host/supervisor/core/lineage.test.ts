import { describe, expect, it } from "vitest";
import {
  foundingLineage,
  foundingExtra,
  hasAllTransactionsOf,
  isOfAnotherGroup,
  lineageOf,
} from "../../../../host/supervisor/core/lineage";
import { certificate, member, outside, upTo } from "../support/node-state";

const first = { epoch: "100@db-1", founding: upTo(0) };
const second = { epoch: "200@db-1", founding: upTo(40) };
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

  it("is measured by each later group too: an operator's one may have less than the one before it", () => {
    const ordered = { epoch: "300@db-3", founding: upTo(28) };
    expect(extra([first], 33, [first, second, ordered])).not.toBe("");
    expect(extra([first], 28, [first, second, ordered])).toBe("");
    expect(extra([first, second, ordered], 33, [first, third])).not.toBe("");
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

describe("a node has all that another one has", () => {
  const of = (lineage: (typeof first)[], last: number) =>
    outside("db-3", { lineage, gtid: upTo(last) });

  it("if it has those numbers, and both are of the same groups", () => {
    expect(hasAllTransactionsOf(of([first, second], 50), of([first, second], 50))).toBe(true);
    expect(hasAllTransactionsOf(of([first, second], 49), of([first, second], 50))).toBe(false);
  });

  it("if the other one has nothing beyond what the groups that it missed were made of", () => {
    expect(hasAllTransactionsOf(of([first, second], 50), of([first], 40))).toBe(true);
    expect(hasAllTransactionsOf(of([first, second], 50), of([first], 41))).toBe(false);
  });

  it("not if it has those numbers of before the group that gave them again", () => {
    expect(hasAllTransactionsOf(of([first], 60), of([first, second], 41))).toBe(false);
    expect(hasAllTransactionsOf(of([first], 60), of([first, second], 40))).toBe(true);
  });
});

describe("a lineage", () => {
  const self = outside("db-1", { lineage: [first], gtid: upTo(40), certificate: certificate(100) });
  const made = foundingLineage(self, 200, "majority");

  it("gets a new group before that is made", () => {
    expect(made).toEqual([first, second]);
  });

  it("loses an attempt that never was a group when there is another one", () => {
    expect(foundingLineage({ ...self, lineage: made, gtid: upTo(42) }, 201, "majority")).toEqual([
      first,
      { epoch: "201@db-1", founding: upTo(42) },
    ]);
  });

  it("keeps a group that was there, and whatever there is if the node does not remember", () => {
    const known = { ...self, lineage: made, certificate: certificate(200) };
    const third = { epoch: "300@db-1", founding: upTo(40) };
    expect(foundingLineage(known, 300, "majority")).toEqual([first, second, third]);
    const lost = { ...self, lineage: made, certificate: null, remembers: false };
    expect(foundingLineage(lost, 300, "majority")).toEqual([first, second, third]);
  });

  it("names an operator's override, whose group may lack anything", () => {
    expect(foundingLineage(self, 200, "override")).toEqual([first, { ...second, override: true }]);
  });

  it("tells a founding from another node's of the same epoch", () => {
    const other = foundingLineage({ ...self, node: "db-3", gtid: upTo(41) }, 200, "majority");
    expect(foundingExtra({ ...self, lineage: made, gtid: upTo(41) }, other)).not.toBe("");
  });

  it("keeps the names of groups from before epochs were agreed on", () => {
    const inherited = { epoch: "17958542507545073", founding: upTo(1) };
    expect(foundingLineage({ ...self, lineage: [inherited] }, 200, "majority")[0]).toEqual(
      inherited,
    );
  });

  it("remembers a bounded number of groups", () => {
    let lineage = foundingLineage(self, 1, "majority");
    for (let epoch = 2; epoch < 50; epoch++) {
      lineage = foundingLineage(
        { ...self, lineage, certificate: certificate(epoch - 1) },
        epoch,
        "majority",
      );
    }
    expect(lineage).toHaveLength(20);
  });

  it("is told by a member whose data is of the present group", () => {
    const present = { certificate: certificate(200) };
    const other = member("db-1", "PRIMARY", { ...present, lineage: [first] });
    const knowing = member("db-2", "SECONDARY", { ...present, lineage: [first, second] });
    expect(lineageOf([other, knowing])).toEqual([first, second]);
    expect(lineageOf([other])).toEqual([]);
  });

  it("ends with the group of the certificate, whatever attempt came after it", () => {
    const attempt = { epoch: "201@db-1", founding: upTo(50) };
    const of200 = { certificate: certificate(200), lineage: [first, second, attempt] };
    const primary = member("db-1", "PRIMARY", of200);
    expect(lineageOf([primary])).toEqual([first, second]);
  });

  it("calls an inherited group by its view ids", () => {
    const inherited = certificate(179, { kind: "inherited", groupId: "17958542507545073" });
    const one = member("db-1", "PRIMARY", {
      certificate: inherited,
      lineage: [{ epoch: "17958542507545073", founding: upTo(1) }],
    });
    expect(lineageOf([one])).toHaveLength(1);
  });
});

describe("isOfAnotherGroup", () => {
  const present = { certificate: certificate(200) };
  const peer = member("db-1", "PRIMARY", { ...present, lineage: [first, second] });
  const secondary = (lineage: (typeof first)[]) =>
    member("db-2", "SECONDARY", { ...present, lineage });

  it("is true for a member that was let into a group made meanwhile", () => {
    expect(isOfAnotherGroup(secondary([first]), [peer])).toBe(true);
  });

  it("is false in the own group, and while nobody knows better", () => {
    expect(isOfAnotherGroup(secondary([first, second]), [peer])).toBe(false);
    expect(isOfAnotherGroup(secondary([]), [peer])).toBe(false);
    expect(isOfAnotherGroup(secondary([first]), [])).toBe(false);
  });
});
