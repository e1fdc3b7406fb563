import { describe, expect, it } from "vitest";
import {
  type Electorate,
  isBehind,
  isMajorityOf,
  listsOf,
} from "../../../../host/supervisor/core/electorate";
import { voteRefusal } from "../../../../host/supervisor/core/founding-rule";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { updateFromPeers } from "../../../../host/supervisor/core/peer-updates";
import { nextElectorate } from "../../../../host/supervisor/core/resize";
import { isConfirmed, mayRemember } from "../../../../host/supervisor/core/who-serves";
import { memoryOf } from "../support/memory";
import { certificate, member, outside, view } from "../support/node-state";

const three = ["db-1", "db-2", "db-3"];
const five = [...three, "db-4", "db-5"];
const lastView = view("db-1", 5);
const ofFive: Electorate = { members: five, by: null, step: 0 };
const ofThree: Electorate = { members: three, by: null, step: 0 };
const both: Electorate = { members: five, next: three, by: lastView, step: 1 };

function node(name: string, electorate: Electorate | null, list: string[], part = {}): NodeState {
  const role = name === "db-1" ? "PRIMARY" : "SECONDARY";
  return member(name, role, { lastView, list, electorate, ...part });
}

/** The states of these nodes; db-1, the first one, is the primary. */
function states(names: string[], electorate: Electorate | null, list: string[], part = {}) {
  return names.map((name) => node(name, electorate, list, part));
}

/** What db-1 records next, of the nodes in sight. */
function next(seen: NodeState[], list = seen[0]!.list!) {
  return nextElectorate(seen[0]!, seen.slice(1), list);
}

describe("a majority", () => {
  it("is more than half of the electorate, whatever a node's own list is", () => {
    expect(listsOf({ electorate: ofFive }, three)).toEqual([five]);
    expect(listsOf({ electorate: null }, three)).toEqual([three]);
    expect(listsOf({}, three)).toEqual([three]);
  });

  it("is more than half of both lists while the number changes", () => {
    const lists = listsOf({ electorate: both }, three);
    expect(isMajorityOf(["db-1", "db-2", "db-4"], lists)).toBe(true);
    expect(isMajorityOf(["db-1", "db-4", "db-5"], lists)).toBe(false);
    expect(isMajorityOf(["db-1", "db-2"], lists)).toBe(false);
  });

  it("has no node that knows a later electorate than the primary", () => {
    const [self, second, third] = states(three, ofThree, three);
    expect(isConfirmed(self!, [second!], three)).toBe(true);
    const ahead = { ...second!, electorate: { ...ofThree, by: lastView, step: 1 } };
    expect(isConfirmed(self!, [ahead], three)).toBe(false);
    expect(isConfirmed(self!, [ahead, third!], three)).toBe(true);
  });

  it("has nodes of an earlier release, which count by their own list", () => {
    const [self, second] = states(three, both, three);
    expect(
      isConfirmed(
        self!,
        [{ ...second!, electorate: undefined }, node("db-3", ofFive, three)],
        three,
      ),
    ).toBe(true);
  });
});

describe("of two electorates", () => {
  it("the later one is that of the later view, then that of the later step", () => {
    const of = (by: Electorate["by"], step: number) => ({
      electorate: { members: three, by, step },
    });
    expect(isBehind(of(null, 3), of(view("db-2", 1), 1))).toBe(true);
    expect(isBehind(of(view("db-2", 1), 1), of(view("db-2", 1), 2))).toBe(true);
    expect(isBehind(of(view("db-2", 2), 1), of(view("db-1", 1), 2))).toBe(false);
    expect(isBehind({ electorate: null }, of(null, 1))).toBe(false);
    expect(isBehind({}, of(null, 1))).toBe(false);
  });
});

describe("a confirmed primary", () => {
  it("changes nothing while most nodes that stay have the former list", () => {
    expect(next(states(five, ofFive, five))).toBeUndefined();
    const one = states(five, ofFive, five);
    one[0] = { ...one[0]!, list: three };
    expect(next(one)).toBeUndefined();
  });

  it("counts over both lists once most nodes that stay have the shorter one, with its own list or without", () => {
    const mixed = states(five, ofFive, five);
    mixed[1] = { ...mixed[1]!, list: three };
    mixed[2] = { ...mixed[2]!, list: three };
    expect(next(mixed)).toEqual(both);
  });

  it("counts over both lists once all new nodes know it, and no earlier", () => {
    const grown = states(five, ofThree, five);
    expect(next(grown)).toEqual({ members: three, next: five, by: lastView, step: 1 });
    expect(next(grown.slice(0, 4))).toBeUndefined();
    grown[4] = { ...grown[4]!, remembers: false };
    expect(next(grown)).toBeUndefined();
    // One of the present nodes is off.
    expect(next(states(["db-1", "db-3", "db-4", "db-5"], ofThree, five))).toBeDefined();
  });

  it("counts over the new list alone once majorities of both know that", () => {
    expect(next(states(three, both, three))).toEqual({ members: three, by: lastView, step: 2 });
    const [self, second] = states(three, both, three);
    expect(next([self!, second!, node("db-3", ofFive, three)])).toBeUndefined();
    expect(next([self!, second!])).toBeUndefined();
  });

  it("takes the change back if most nodes that stay have the former list again", () => {
    expect(next(states(five, both, five))).toEqual({ members: five, by: lastView, step: 2 });
  });

  it("records the electorate of a former primary again before it goes on", () => {
    const former = { ...both, by: view("db-2", 4) };
    expect(next(states(five, former, three))).toEqual({ ...both, step: 2 });
  });

  it("changes nothing if it is none of the nodes that stay, or is not confirmed", () => {
    const leaving = ["db-2", "db-3", "db-4"];
    const list = [...leaving];
    expect(next(states(five, ofFive, list), list)).toBeUndefined();
    expect(next(states(five, both, three, { remembers: false }))).toBeUndefined();
  });
});

describe("a node", () => {
  it("records its list, or itself as the only one, once it remembers", () => {
    const recorded = (self: NodeState) => {
      const { memory } = memoryOf({ remembers: self.remembers });
      updateFromPeers(memory, self, [], three);
      return memory.remembered.electorate;
    };
    expect(recorded(outside("db-1"))).toEqual(ofThree);
    expect(recorded(outside("db-1", { sole: true }))).toEqual({ ...ofThree, members: ["db-1"] });
    expect(recorded(outside("db-1", { remembers: false }))).toBeNull();
  });

  it("takes a later electorate from a peer, keeps it with other data, and takes no earlier one", () => {
    const { memory } = memoryOf({ serverUuid: "1" });
    memory.elect(both);
    memory.elect(ofFive);
    memory.elect(undefined);
    memory.bindTo("2");
    expect(memory.remembered).toMatchObject({ electorate: both, remembers: false });
  });

  it("that lost its record counts again only with the electorate of the primary", () => {
    const peers = states(["db-1", "db-2"], both, three);
    const counts = (electorate: Electorate | null) =>
      mayRemember(
        node("db-3", electorate, three, { remembers: false }),
        [...peers, node("db-4", both, five)],
        three,
      );
    expect(counts(both)).toBe(true);
    expect(counts(ofFive)).toBe(false);
    expect(counts(null)).toBe(false);
  });

  it("does not vote for a founder that knows an earlier electorate", () => {
    const request = { founder: "db-2", epoch: 101, kind: "majority", lastView } as const;
    const self = outside("db-1", { lastView, electorate: both });
    const asked = { ...request, certificate: certificate(), electorate: ofFive };
    expect(voteRefusal(self, [], asked, three)).toContain("later change of the number of nodes");
    expect(voteRefusal(self, [], { ...asked, electorate: both }, three)).toBeUndefined();
    expect(voteRefusal(self, [], { ...asked, electorate: null }, three)).toBeUndefined();
  });
});
