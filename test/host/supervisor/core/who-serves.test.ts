import { describe, expect, it } from "vitest";
import {
  isConfirmed,
  isContested,
  isUnconfirmedPrimary,
  mayRemember,
  servingElsewhere,
} from "../../../../host/supervisor/core/who-serves";
import { certificate, member, outside, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];

const over = (members: readonly string[]) => ({ members, by: null, step: 0 });

const self = member("db-1", "PRIMARY", { lastView: view("db-1", 5) });
const knows = outside("db-2", { lastView: view("db-1", 5) });

describe("a primary is confirmed", () => {
  it("when a majority has it on disk", () => {
    expect(isConfirmed(self, [knows], nodes)).toBe(true);
    expect(isConfirmed(self, [], nodes)).toBe(false);
  });

  it("not by a node that knows an earlier view, or another primary", () => {
    expect(isConfirmed(self, [{ ...knows, lastView: view("db-1", 4) }], nodes)).toBe(false);
    expect(isConfirmed(self, [{ ...knows, lastView: view("db-2", 5) }], nodes)).toBe(false);
    expect(isConfirmed(self, [{ ...knows, lastView: view("db-1", 9, 101) }], nodes)).toBe(false);
  });

  it("not by a node that does not remember", () => {
    expect(isConfirmed(self, [{ ...knows, remembers: false }], nodes)).toBe(false);
    expect(isConfirmed({ ...self, remembers: false }, [knows], nodes)).toBe(false);
  });

  it("not by a node that has voted for a later group since", () => {
    const vote = (epoch: number) => ({ vote: { epoch, founder: "db-2" } });
    expect(isConfirmed(self, [{ ...knows, ...vote(101) }], nodes)).toBe(false);
    expect(isConfirmed(self, [{ ...knows, ...vote(100) }], nodes)).toBe(true);
  });

  it("not in a group that is not the one of its certificate", () => {
    expect(isConfirmed({ ...self, groupId: "made by hand" }, [knows], nodes)).toBe(false);
    expect(isConfirmed({ ...self, certificate: certificate(101) }, [knows], nodes)).toBe(false);
  });

  it("not if its own record names another one", () => {
    expect(isConfirmed({ ...self, lastView: view("db-2", 5) }, [knows], nodes)).toBe(false);
  });
});

describe("a node that does not remember", () => {
  const blank = member("db-3", "SECONDARY", { remembers: false, lastView: view("db-1", 5) });

  it("counts again once two others know the primary of its group", () => {
    expect(mayRemember(blank, [self, knows], nodes)).toBe(true);
    expect(mayRemember(blank, [self], nodes)).toBe(false);
    expect(mayRemember(blank, [self, { ...knows, remembers: false }], nodes)).toBe(false);
  });

  it("counts in a group whose maker made it without a majority", () => {
    expect(mayRemember(blank, [{ ...self, alone: true }], nodes)).toBe(true);
  });

  describe("in a group whose founder lost the role before a majority remembered", () => {
    const first = certificate(100, { kind: "first" });
    const moved = { certificate: first, groupId: first.groupId, lastView: view("db-2", 5) };
    const founder = member("db-1", "SECONDARY", { ...moved, alone: true });
    const primary = member("db-2", "PRIMARY", { ...moved, remembers: false });
    const last = member("db-3", "SECONDARY", { ...moved, remembers: false });
    const counts = (change: Partial<typeof last>, of = founder, by = primary, names = nodes) =>
      mayRemember({ ...last, ...change }, [of, by], names);

    it("counts once every node is in the group and knows the primary", () => {
      expect(counts({})).toBe(true);
      expect(mayRemember(primary, [founder, last], nodes)).toBe(true);
    });

    it.each<[string, boolean]>([
      ["another node is not there", counts({}, founder, primary, [...nodes, "db-4"])],
      ["a node was told of one more", counts({}, { ...founder, list: [...nodes, "db-4"] })],
      ["majorities are counted over one more", counts({ electorate: over([...nodes, "db-4"]) })],
      ["a node does not know the primary", counts({ lastView: view("db-1", 4) })],
      ["the founder knows an earlier view", counts({}, { ...founder, lastView: view("db-1", 4) })],
      ["a node has voted for a later group", counts({ vote: { epoch: 101, founder: "db-2" } })],
      [
        "the founder is not in the group",
        counts({}, outside("db-1", { ...founder, member: null })),
      ],
      ["the founder saw a majority", counts({}, { ...founder, alone: false })],
      ["the founder lost its memory", counts({}, { ...founder, remembers: false })],
      ["the primary is in another group", counts({}, founder, { ...primary, groupId: "1799" })],
    ])("does not if %s", (_, isCounted) => {
      expect(isCounted).toBe(false);
    });

    it("does not by the word of another node than the founder", () => {
      const fourth = { ...last, node: "db-4", remembers: true };
      const counting = (one: typeof last, by: typeof last) =>
        mayRemember(last, [one, by, primary], [...nodes, "db-4"]);
      expect(counting(founder, fourth)).toBe(true);
      expect(counting({ ...founder, alone: false }, { ...fourth, alone: true })).toBe(false);
    });
  });

  it("does not outside of a group, or in another one than the primary's", () => {
    const outsider = outside("db-3", { remembers: false, lastView: view("db-1", 5) });
    expect(mayRemember(outsider, [self, knows], nodes)).toBe(false);
    expect(mayRemember({ ...blank, groupId: "other" }, [self, knows], nodes)).toBe(false);
  });

  it("needs nothing if it remembers", () => {
    expect(mayRemember({ ...blank, remembers: true }, [self, knows], nodes)).toBe(false);
  });
});

describe("a primary without a majority", () => {
  const alone = { alone: true, members: ["db-3"] };

  it("is contested by another one that an app node reaches, until somebody has joined it", () => {
    expect(isContested(alone, true)).toBe(true);
    expect(isContested(alone, false)).toBe(false);
    expect(isContested({ ...alone, members: ["db-3", "db-2"] }, true)).toBe(false);
    expect(isContested({ ...alone, alone: false }, true)).toBe(false);
  });
});

describe("a group that serves elsewhere", () => {
  const own = { groupId: "made by an operator" };

  it("is one with a majority that a majority of the nodes knows", () => {
    expect(servingElsewhere(own, [self, knows], nodes)).toBe(self);
    expect(servingElsewhere(own, [self], nodes)).toBeUndefined();
    expect(servingElsewhere(own, [{ ...self, majority: false }, knows], nodes)).toBeUndefined();
  });

  it("is not the group that the node is in itself", () => {
    expect(servingElsewhere(self, [self, knows], nodes)).toBeUndefined();
  });
});

describe("a primary is unconfirmed", () => {
  it("while no majority knows it, though its group is whole", () => {
    expect(isUnconfirmedPrimary(self, [], nodes)).toBe(true);
    expect(isUnconfirmedPrimary(self, [{ ...knows, lastView: view("db-2", 1, 101) }], nodes)).toBe(
      true,
    );
    expect(isUnconfirmedPrimary(self, [knows], nodes)).toBe(false);
  });

  it("not as a primary by an override, in a part of its group, as a secondary, or outside", () => {
    expect(isUnconfirmedPrimary({ ...self, alone: true }, [], nodes)).toBe(false);
    expect(isUnconfirmedPrimary({ ...self, majority: false }, [], nodes)).toBe(false);
    expect(isUnconfirmedPrimary(member("db-1", "SECONDARY"), [], nodes)).toBe(false);
    expect(isUnconfirmedPrimary(outside("db-1"), [], nodes)).toBe(false);
  });
});
