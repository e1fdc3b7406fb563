import { describe, expect, it } from "vitest";
import { decide } from "../../../../host/supervisor/core/decide";
import {
  isDoubted,
  knownAtOverride,
  mayCertifyInPlace,
} from "../../../../host/supervisor/core/doubt";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { certificate, member, outside, upTo, view } from "../support/node-state";

const ofFive = ["db-1", "db-2", "db-3", "db-4", "db-5"];
const nodes = ["db-1", "db-2", "db-3"];
const knew = view("db-1", 4);
/** Founded by an operator on db-3, which had not heard of the view that db-1 and db-2 know. */
const operators = certificate(102, { kind: "override", founder: "db-3", voters: ["db-3"], knew });
const of100 = { certificate: certificate(100), lastView: view("db-1", 5), gtid: upTo(9) };
const of102 = { certificate: operators, lastView: view("db-3", 1, 102), gtid: upTo(7) };
const self = outside("db-2", of100);
const primary = outside("db-1", of100);
const founder = member("db-3", "PRIMARY", { ...of102, alone: true });

describe("the group of an operator's override", () => {
  it("is doubted by a node that knows a later view than the founder, if a majority may know it", () => {
    expect(isDoubted(operators, self, [founder], nodes)).toBe(true);
    expect(isDoubted(operators, self, [founder, primary], nodes)).toBe(true);
    expect(isDoubted({ ...operators, knew: null }, self, [founder], nodes)).toBe(true);
  });

  it("is not doubted if too few nodes can know that view", () => {
    const earlier = { ...primary, lastView: knew };
    expect(isDoubted(operators, self, [founder, earlier], nodes)).toBe(false);
    expect(isDoubted(operators, self, [founder, { ...earlier, remembers: false }], nodes)).toBe(
      true,
    );
    const follower = { ...primary, certificate: operators };
    expect(isDoubted(operators, self, [founder, follower], nodes)).toBe(false);
    const five = [founder, { ...earlier, node: "db-4" }, { ...earlier, node: "db-5" }];
    expect(isDoubted(operators, self, five, ofFive)).toBe(false);
    expect(isDoubted(operators, self, five.slice(0, 2), ofFive)).toBe(true);
  });

  it("is not doubted if the founder knew that view, or if nobody knows what it knew", () => {
    expect(isDoubted({ ...operators, knew: of100.lastView }, self, [], nodes)).toBe(false);
    expect(isDoubted({ ...operators, knew: undefined }, self, [], nodes)).toBe(false);
  });

  it("is doubted by a node that knows the same view and has more than all nodes that the founder saw", () => {
    const same = { ...operators, knew: of100.lastView, had: upTo(8) };
    expect(isDoubted(same, self, [founder], nodes)).toBe(true);
    expect(isDoubted({ ...same, had: upTo(9) }, self, [founder], nodes)).toBe(false);
    expect(isDoubted(same, { ...self, trustedGtid: upTo(8) }, [founder], nodes)).toBe(false);
    expect(isDoubted(same, { ...self, cloneIncomplete: true }, [founder], nodes)).toBe(false);
    expect(isDoubted({ ...same, knew: view("db-1", 6) }, self, [founder], nodes)).toBe(false);
    expect(isDoubted({ ...same, knew: null }, { ...self, lastView: null }, [], nodes)).toBe(false);
  });

  it("says what its founder and the nodes that it saw knew and had", () => {
    const rogue = outside("db-1", { gtid: upTo(12), trustedGtid: upTo(10), lastView: knew });
    expect(knownAtOverride([outside("db-3"), rogue, self])).toEqual({
      knew: of100.lastView,
      had: upTo(10),
    });
    const gaps = Array.from({ length: 400 }, (_, i) => `${2 * i + 11}`).join(":");
    const { had } = knownAtOverride([outside("db-3", { gtid: `${upTo(9)}:${gaps}` })]);
    expect(had!.length).toBeLessThanOrEqual(700);
    expect(had).toMatch(/:1-9:/);
  });

  it("is not doubted by its founder, by its followers, or if a later group is known", () => {
    expect(isDoubted(operators, outside("db-3", of100), [], nodes)).toBe(false);
    expect(isDoubted(operators, { ...self, certificate: operators }, [], nodes)).toBe(false);
    expect(isDoubted(operators, { ...self, certificate: certificate(103) }, [], nodes)).toBe(false);
    expect(isDoubted(certificate(102), self, [], nodes)).toBe(false);
  });
});

describe("a node that doubts a group", () => {
  const wait = (peers: NodeState[]) => decide({ nodes, self, peers });

  it("does not join it, and says what an operator can do", () => {
    expect(wait([founder])).toEqual({
      type: "wait",
      reason:
        "db-1, as the primary of epoch 100, may have acknowledged writes that db-3 did not know of when an operator made it found a group; an operator must choose whose data stays: npm run db:override -- db-3, or stop MySQL on db-3 and, if no group starts then, npm run db:override -- db-1",
    });
  });

  it("founds no group beside it with others, but does without its founder", () => {
    const stopped = outside("db-3", of102);
    expect(wait([stopped, primary]).type).toBe("wait");
    expect(decide({ nodes, self: primary, peers: [self, stopped] })).toHaveProperty(
      "reason",
      expect.stringContaining("an operator must choose"),
    );
    const down = { ...stopped, ready: false };
    expect(decide({ nodes, self: primary, peers: [self, down] }).type).toBe("bootstrap");
  });

  it("founds its own by an operator's word, unless the other one runs", () => {
    const stopped = outside("db-3", of102);
    const by = (peers: NodeState[]) => decide({ nodes, self, peers, override: true }).type;
    expect(by([stopped])).toBe("bootstrap");
    expect(by([founder])).toBe("wait");
  });

  it("joins another group that runs beside it", () => {
    const other = member("db-1", "PRIMARY", { ...of100, members: ["db-1"] });
    expect(wait([other, founder])).toHaveProperty("type", "join");
  });
});

describe("an operator's choice of a group that is doubted", () => {
  it("gives it another certificate, after which it is followed", () => {
    expect(mayCertifyInPlace(founder, [self], nodes)).toBe(true);
    const chosen = { nodes, self: founder, peers: [self], override: true };
    expect(decide(chosen).type).toBe("certify");
    const follows = { ...self, lastView: knew };
    expect(mayCertifyInPlace(founder, [follows], nodes)).toBe(false);
    expect(decide({ ...chosen, peers: [follows] }).type).toBe("nothing");
  });
});
