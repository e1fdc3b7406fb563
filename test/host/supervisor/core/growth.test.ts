import { describe, expect, it } from "vitest";
import { decideFor } from "../support/decide-for";
import { member, outside, upTo, view } from "../support/node-state";

describe("growing from one node", () => {
  const only = outside("db-1", { sole: true, gtid: upTo(9) });

  it("the node that was the only one makes the group, whoever can be seen", () => {
    expect(decideFor(only, [])).toEqual({
      type: "bootstrap",
      kind: "sole",
      reason: "it was the only node and has everything",
    });
    expect(decideFor(only, [outside("db-2"), outside("db-3")])).toMatchObject({
      type: "bootstrap",
    });
  });

  const blank = { remembers: false };

  it("the new ones wait for it, even if they see each other first", () => {
    expect(decideFor(outside("db-2", blank), [outside("db-3", blank)])).toEqual({
      type: "wait",
      reason: "the first group needs every node; missing: db-1",
    });
    expect(decideFor(outside("db-2"), [only])).toEqual({
      type: "wait",
      reason: "db-1 was the only node and starts the group",
    });
  });

  it("they join once it has on disk that it is not the only one any more", () => {
    const primary = member("db-1", "PRIMARY", { sole: true, gtid: upTo(9) });
    expect(decideFor(outside("db-2"), [primary])).toEqual({
      type: "wait",
      reason: "db-1 has not let in other nodes yet",
    });
    expect(decideFor(outside("db-2"), [{ ...primary, sole: false }])).toEqual({
      type: "join",
      lineage: [],
    });
  });

  it("from then on it starts with all, until another one remembers", () => {
    const alone = { ...only, sole: false, alone: true, lastView: view("db-1", 1) };
    const [second, third] = [outside("db-2", blank), outside("db-3", blank)];
    expect(decideFor(alone, [second])).toMatchObject({ type: "wait" });
    expect(decideFor(alone, [second, third])).toMatchObject({ type: "bootstrap", kind: "first" });
    const knowing = outside("db-2", { lastView: view("db-1", 1) });
    expect(decideFor(alone, [knowing])).toMatchObject({ type: "bootstrap", kind: "majority" });
  });

  it("its data is not replaced by that of a group made without it", () => {
    const group = [member("db-2", "PRIMARY", { gtid: "" })];
    expect(decideFor(only, group)).toEqual({
      type: "wait",
      reason:
        "a group was founded without this node, which was the only node with data; its data is not replaced",
    });
    expect(decideFor({ ...only, gtid: "" }, group)).toEqual({ type: "join", lineage: [] });
  });
});
