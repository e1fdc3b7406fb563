import { describe, expect, it } from "vitest";
import { electors, voteRefusal } from "../../../../host/supervisor/core/founding-rule";
import { certificate, member, outside, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const [a, b, c] = nodes.map((node) => outside(node, { lastView: view("db-2", 5) }));
const lost = (node: string) => outside(node, { remembers: false });

describe("whose word counts for a founding", () => {
  it("is that of a majority that remembers, with the last primary among it", () => {
    expect(electors([nodes], [a!, b!], nodes)).toEqual({ voters: [a, b], kind: "majority" });
    expect(electors([nodes], [b!, lost("db-3")], nodes)).toEqual({
      wait: "no majority: db-1 cannot be seen; db-3 does not remember of which group it was, so it does not count",
    });
  });

  it("is nobody's while the last primary is not there, or has lost its disk", () => {
    expect(electors([nodes], [a!, c!], nodes)).toEqual({
      wait: "db-2 was the last primary and cannot be seen",
    });
    expect(electors([nodes], [a!, lost("db-2"), c!], nodes)).toEqual({
      wait: "db-2 was the last primary and has lost its disk or its memory",
    });
    expect(electors([nodes], [a!, { ...b!, cloneIncomplete: true }], nodes)).toEqual({
      wait: "db-2 was the last primary and has no data",
    });
  });

  it("is that of a majority without the node that lost its disk", () => {
    expect(electors([nodes], [a!, b!, lost("db-3")], nodes)).toEqual({
      voters: [a, b],
      kind: "majority",
    });
  });

  it("is that of all nodes if nobody remembers anything", () => {
    const all = nodes.map(lost);
    expect(electors([nodes], all, nodes)).toEqual({ voters: all, kind: "first" });
    expect(electors([nodes], all.slice(0, 2), nodes)).toEqual({
      wait: "the first group needs every node; missing: db-3",
    });
  });

  it("is that of who made a group alone, if nobody else remembers and all are there", () => {
    const alone = { ...a!, alone: true };
    const others = [lost("db-2"), lost("db-3")];
    expect(electors([nodes], [alone, ...others], nodes)).toEqual({
      voters: [alone],
      kind: "first",
    });
    expect(electors([nodes], [a!, ...others], nodes)).toHaveProperty("wait");
    expect(electors([nodes], [alone, others[0]!], nodes)).toHaveProperty("wait");
  });
});

describe("the only node of the electorate, without its memory", () => {
  const blank = lost("db-1");

  it("founds nothing while nodes that are configured besides are not seen", () => {
    expect(electors([["db-1"]], [blank], nodes)).toEqual({
      wait: "the first group needs every node; missing: db-2, db-3",
    });
  });

  it("founds nothing beside nodes that remember", () => {
    expect(electors([["db-1"]], [blank, b!, c!], nodes)).toEqual({
      wait: "no majority: db-1 does not remember of which group it was, so it does not count; an operator must choose",
    });
  });

  it("votes for no other founder while it has no data and a configured node is not seen", () => {
    const known = { lastView: view("db-1", 5) };
    const copying = outside("db-1", { ...known, cloneIncomplete: true });
    const others = ["db-2", "db-3"].map((node) => outside(node, known));
    expect(electors([["db-1"]], [copying, others[0]!], nodes)).toEqual({
      wait: "db-1 was the last primary and has no data",
    });
    expect(electors([["db-1"]], [copying, ...others], nodes)).toHaveProperty("voters");
  });

  it("founds a first group if nobody else is configured", () => {
    expect(electors([["db-1"]], [blank], ["db-1"])).toEqual({ voters: [blank], kind: "first" });
  });
});

describe("an objection to a founding", () => {
  const request = {
    founder: "db-2",
    epoch: 6,
    kind: "majority",
    lastView: view("db-2", 5),
    certificate: null,
  } as const;

  it("is none of a node that remembers, is in no group and sees none", () => {
    expect(voteRefusal(a!, [b!, c!], request, nodes)).toBeUndefined();
  });

  it("is that of a member, and of who sees one with a majority", () => {
    expect(voteRefusal(member("db-1", "SECONDARY"), [], request, nodes)).toBe("db-1 is in a group");
    const seen = [member("db-3", "PRIMARY")];
    expect(voteRefusal(a!, seen, request, nodes)).toBe("db-1 sees db-3 in a group");
    expect(voteRefusal(a!, [{ ...seen[0]!, majority: false }], request, nodes)).toBeUndefined();
  });

  it("is that of who founds a group itself", () => {
    expect(voteRefusal({ ...a!, founding: 7 }, [], request, nodes)).toBe(
      "db-1 is founding a group itself",
    );
    expect(voteRefusal({ ...b!, founding: 6 }, [], request, nodes)).toBeUndefined();
  });

  it("is that of who knows of a later primary", () => {
    const later = { ...a!, lastView: view("db-3", 6) };
    expect(voteRefusal(later, [], request, nodes)).toBe("db-1 knows of a later primary, db-3");
  });

  it("is that of who knows a later view than an operator's founder knew", () => {
    const knew = view("db-1", 4);
    const of101 = certificate(101, { kind: "override", founder: "db-2", voters: ["db-2"], knew });
    const late = { ...request, lastView: view("db-2", 1, 101), certificate: of101 };
    expect(voteRefusal(a!, [b!], late, nodes)).toBe(
      "db-1 knows of a later primary, db-2, than db-2 knew at an operator's override",
    );
    const known = { ...late, certificate: { ...of101, knew: view("db-2", 5) } };
    expect(voteRefusal(a!, [b!], known, nodes)).toBeUndefined();
  });

  it("is that of who does not remember, unless all found the first group", () => {
    expect(voteRefusal(lost("db-1"), [], request, nodes)).toMatch(/does not remember/);
    const first = { ...request, kind: "first", lastView: null } as const;
    expect(voteRefusal(lost("db-1"), [], first, nodes)).toBeUndefined();
    const heard = { ...lost("db-1"), lastView: view("db-2", 1) };
    expect(voteRefusal(heard, [], { ...first, lastView: view("db-2", 1) }, nodes)).toBeUndefined();
    const other = { ...lost("db-1"), lastView: view("db-3", 1) };
    expect(voteRefusal(other, [], { ...first, lastView: view("db-3", 1) }, nodes)).toMatch(
      /remember/,
    );
  });
});
