import { describe, expect, it } from "vitest";
import { decideFor } from "../support/decide-for";
import { certificate, member, outside, view } from "../support/node-state";

const nothing = { type: "nothing" };
const notAgreed = {
  ...{ type: "leave", reason: "this group has no valid certificate", cut: true, madeByHand: true },
};

describe("a member", () => {
  it("goes on", () => {
    expect(decideFor(member("db-1", "PRIMARY"), [])).toEqual(nothing);
    const recovering = member("db-2", "SECONDARY", { member: { state: "RECOVERING", role: "" } });
    expect(decideFor(recovering, [])).toEqual(nothing);
  });

  it("leaves a group when a later one was made, and writes nothing more", () => {
    const old = member("db-2", "PRIMARY", { lastView: view("db-1", 9) });
    expect(decideFor({ ...old, certificate: certificate(101) }, [])).toEqual(notAgreed);
    expect(decideFor(old, [])).toEqual(nothing);
  });

  it("leaves a group without a valid certificate, and writes nothing more", () => {
    expect(decideFor(member("db-1", "PRIMARY", { groupId: "1799" }), [])).toEqual(notAgreed);
    const unknown = { ...member("db-1", "SECONDARY"), certificate: null };
    // It may be about to hear of the group that it is in.
    expect(decideFor(unknown, [])).toEqual({ ...notAgreed, cut: undefined, mayPass: true });
  });

  it("does nothing while it knows of no view", () => {
    const early = member("db-1", "PRIMARY", { groupId: null });
    expect(decideFor({ ...early, certificate: null }, [])).toEqual(nothing);
  });
});

describe("a member beside a group that a majority knows", () => {
  const of101 = { certificate: certificate(101), lastView: view("db-2", 1, 101) };
  const serving = [member("db-2", "PRIMARY", of101), member("db-3", "SECONDARY", of101)];
  const self = member("db-1", "PRIMARY", { lastView: view("db-1", 5) });

  it("leaves its own one, and writes nothing more", () => {
    expect(decideFor(self, serving)).toEqual({
      ...{ type: "leave", cut: true },
      reason: "a majority knows another group, its primary db-2",
    });
  });

  it("stays while only the other primary knows", () => {
    expect(decideFor(self, serving.slice(0, 1))).toEqual(nothing);
  });

  it("stays if it was the only node, whose data is on no other", () => {
    expect(decideFor({ ...self, sole: true }, serving)).toEqual(nothing);
  });
});

describe("a member whose data was not compared with its group", () => {
  it("leaves, and may come back in at once", () => {
    const lineage = ["90@db-1", "100@db-1"].map((epoch) => ({ epoch, founding: "" }));
    const self = member("db-2", "SECONDARY", { lineage: lineage.slice(0, 1) });
    expect(decideFor(self, [member("db-1", "PRIMARY", { lineage })])).toEqual({
      type: "leave",
      reason: "its data was compared with another group than the one it joined",
    });
  });
});

describe("a primary beside a node that has voted for a later group", () => {
  const self = member("db-1", "PRIMARY", { lastView: view("db-1", 5) });
  const bound = outside("db-2", {
    ...{ lastView: view("db-1", 5), vote: { epoch: 101, founder: "db-2" } },
  });

  it("makes place if a majority does not know it, unless that passes", () => {
    expect(decideFor(self, [bound])).toEqual({
      ...{ type: "leave", mayPass: true, reason: "db-2 has voted for a later group" },
    });
  });

  it("stays while a majority knows it", () => {
    const knowing = member("db-3", "SECONDARY", { lastView: view("db-1", 5) });
    expect(decideFor(self, [bound, knowing])).toEqual(nothing);
  });

  it("stays if the vote is for its own group or an earlier one, or if there is none", () => {
    for (const epoch of [100, 99]) {
      expect(decideFor(self, [{ ...bound, vote: { epoch, founder: "db-2" } }])).toEqual(nothing);
    }
    expect(decideFor(self, [{ ...bound, vote: null }])).toEqual(nothing);
  });

  it("stays if it was made alone", () => {
    expect(decideFor({ ...self, alone: true }, [bound])).toEqual(nothing);
  });

  it("is left alone as a secondary", () => {
    const secondary = member("db-1", "SECONDARY", { lastView: view("db-3", 5) });
    expect(decideFor(secondary, [bound])).toEqual(nothing);
  });
});
