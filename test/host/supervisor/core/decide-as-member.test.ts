import { describe, expect, it } from "vitest";
import { decide } from "../../../../host/supervisor/core/decide";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { decideFor } from "../support/decide-for";
import { certificate, member, outside, view } from "../support/node-state";

describe("a member", () => {
  it("goes on", () => {
    expect(decideFor(member("db-1", "PRIMARY"), [])).toEqual({ type: "nothing" });
    const recovering = member("db-2", "SECONDARY", { member: { state: "RECOVERING", role: "" } });
    expect(decideFor(recovering, [])).toEqual({ type: "nothing" });
  });

  it("leaves a group that was not agreed on, and cuts what is written there", () => {
    const self = member("db-2", "PRIMARY", { groupId: "made by hand" });
    expect(decideFor(self, [])).toEqual({
      type: "leave",
      reason: "this group has no valid certificate",
      cut: true,
      madeByHand: true,
    });
    const unknown = member("db-2", "PRIMARY");
    expect(decideFor({ ...unknown, certificate: null }, [])).toEqual({
      type: "leave",
      reason: "this group has no valid certificate",
      mayPass: true,
      madeByHand: true,
    });
    expect(decideFor({ ...unknown, groupId: null }, [])).toEqual({ type: "nothing" });
  });

  it("leaves its group beside one that a majority knows, unless it has the only data", () => {
    const other = { certificate: certificate(90), lastView: view("db-1", 3, 90) };
    const serving = member("db-1", "PRIMARY", other);
    const second = member("db-3", "SECONDARY", other);
    const self = member("db-2", "PRIMARY", { certificate: certificate(91, { kind: "override" }) });
    expect(decideFor(self, [serving, second])).toEqual({
      type: "leave",
      reason: "a majority knows another group, its primary db-1",
      cut: true,
    });
    expect(decideFor(self, [serving])).toEqual({ type: "nothing" });
    expect(decideFor({ ...self, sole: true }, [serving, second])).toEqual({ type: "nothing" });
  });

  it("leaves as a primary that nobody comes to know, since one has voted for a later group", () => {
    const self = member("db-1", "PRIMARY", { lastView: view("db-1", 2) });
    const bound = outside("db-2", { vote: { epoch: 101, founder: "db-3" } });
    expect(decideFor(self, [bound])).toEqual({
      type: "leave",
      reason: "db-2 has voted for a later group",
      mayPass: true,
    });
    const knows = member("db-3", "SECONDARY", { lastView: view("db-1", 2) });
    expect(decideFor(self, [bound, knows])).toEqual({ type: "nothing" });
    expect(decideFor({ ...self, alone: true }, [bound])).toEqual({ type: "nothing" });
  });

  it("gives its group another certificate as a primary that nobody confirms, by an operator's order", () => {
    const self = member("db-1", "PRIMARY", { lastView: view("db-1", 2) });
    const knows = member("db-3", "SECONDARY", { lastView: view("db-1", 2) });
    const nodes = ["db-1", "db-2", "db-3"];
    const decision = (peers: NodeState[], override = true) =>
      decide({ nodes, self, peers, override });
    expect(decision([])).toEqual({ type: "certify", reason: "an operator ordered it" });
    expect(decision([], false)).toEqual({ type: "nothing" });
    expect(decision([knows])).toEqual({ type: "nothing" });
  });
});
