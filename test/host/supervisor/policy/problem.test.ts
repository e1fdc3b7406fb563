import { describe, expect, it } from "vitest";
import { monotonicMs } from "../../../../host/time/monotonic";
import { CloneProgress } from "../../../../host/supervisor/observation/clone-progress";
import { problem } from "../../../../host/supervisor/policy/problem";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { certificate, member, outside, view } from "../support/node-state";

const wait = { type: "wait", reason: "why" } as const;
const state = outside("db-1", { waiting: "why" });

function judged(node: NodeState, progress: CloneProgress, isUnheard = false, noWrites = "") {
  const parts = { peers: [], decision: wait, progress, isUnheard, passwords: "", noWrites };
  return problem(node, parts);
}

/** A node on which so many copies began. */
function copied(times: number): CloneProgress {
  const progress = new CloneProgress();
  for (let copy = 1; copy <= times; copy++) progress.begin(monotonicMs());
  return progress;
}

describe("what keeps a node from being healthy", () => {
  it("is nothing for a member that is ONLINE", () => {
    expect(judged(member("db-1", "SECONDARY"), new CloneProgress())).toBeUndefined();
  });

  it("is that a primary lacks its passwords, so that no app gets them earlier", () => {
    const parts = { peers: [], decision: wait, progress: new CloneProgress(), isUnheard: false };
    const found = problem(member("db-1", "PRIMARY"), {
      ...{ ...parts, passwords: "not yet", noWrites: "" },
    });
    expect(found).toEqual({ text: "not yet", moving: false });
  });

  it("is that a primary takes no writes, with the reason", () => {
    const primary = member("db-1", "PRIMARY");
    const reason = "1 of 3 nodes confirm it, and 2 must (not db-2, db-3)";
    expect(judged(primary, new CloneProgress(), false, reason)).toEqual({
      text: `the primary takes no writes: ${reason}`,
      moving: false,
    });
  });

  it("is not that the other nodes cannot confirm a primary before their update", () => {
    const inherited = certificate(9, { kind: "inherited" });
    const primary = member("db-1", "PRIMARY", { certificate: inherited });
    const reason = "1 of 3 nodes confirm it";
    expect(judged(primary, new CloneProgress(), true, reason)).toBeUndefined();
    expect(judged(primary, new CloneProgress(), false, reason)).toBeDefined();
    const agreed = member("db-1", "PRIMARY");
    expect(judged(agreed, new CloneProgress(), true, reason)).toBeDefined();
  });

  it("asks for patience while a copy is under way", () => {
    expect(judged(state, copied(5))).toMatchObject({ moving: true });
  });

  it("asks for none if copies fail again and again, and says with what error", () => {
    expect(judged(state, copied(6))).toEqual({
      text: "5 clones in a row have failed, the last one with no error",
      moving: false,
    });
  });

  it("does not blame copies for a member that catches up", () => {
    const catching = member("db-1", "SECONDARY", {
      member: { state: "RECOVERING", role: "SECONDARY" },
    });
    expect(judged(catching, copied(6))).toMatchObject({ moving: true });
  });

  it("is what the node waits for if nothing moves", () => {
    const waiting = outside("db-1", { waiting: "db-2 was the last primary and cannot be seen" });
    expect(judged(waiting, new CloneProgress())).toEqual({
      text: "db-2 was the last primary and cannot be seen",
      moving: false,
    });
  });

  it("is nothing that comes of the other nodes' not being updated yet", () => {
    const decision = { type: "wait", reason: "no majority: db-2, db-3 cannot be seen" } as const;
    const inherited = outside("db-1", {
      ...{ certificate: certificate(9, { kind: "inherited" }), lastView: view("db-2", 1, 9) },
    });
    const judge = (node: NodeState, isUnheard: boolean) =>
      problem(node, {
        ...{ peers: [], decision, progress: new CloneProgress(), isUnheard, passwords: "" },
        noWrites: "",
      });
    expect(judge(inherited, true)).toBeUndefined();
    expect(judge(inherited, false)).toBeDefined();
    expect(judge({ ...inherited, certificate: certificate(10) }, true)).toBeDefined();
  });
});

describe("a node of a list that has become shorter", () => {
  const list = ["db-1", "db-2", "db-3"];
  const by = view("db-3", 5);
  const electorate = { members: [...list, "db-4", "db-5"], next: list, by, step: 1 };
  const of = (node: string, part: Partial<NodeState> = {}) =>
    member(node, "SECONDARY", { list, electorate, ...part });
  const found = (peers: NodeState[], self = of("db-1")) =>
    problem(self, {
      ...{ peers, decision: wait, progress: new CloneProgress(), isUnheard: false },
      ...{ passwords: "", noWrites: "" },
    });

  it("is not healthy until majorities are counted without the nodes that go", () => {
    expect(found([of("db-2"), of("db-3")])).toMatchObject({ moving: true });
    expect(found([of("db-2"), of("db-3")])!.text).toContain("still counted over db-4, db-5 too");
    const agreed = { members: list, by, step: 2 };
    expect(found([of("db-2"), of("db-3")], of("db-1", { electorate: agreed }))).toBeUndefined();
  });

  it("is healthy while another one has the longer list, so that it can restart next", () => {
    const longer = of("db-3", { list: electorate.members });
    expect(found([of("db-2"), longer])).toBeUndefined();
    expect(found([of("db-2")])).toBeUndefined();
  });
});
