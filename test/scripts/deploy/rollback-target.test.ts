import { describe, expect, it } from "vitest";
import { rollbackTarget } from "../../../scripts/deploy/rollback-target";
import type { NodeReleases } from "../../../scripts/operate/releases";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];

/** A node that runs the first of `ran`, and has all of these releases unless `there` says otherwise. */
function node(ran: string[], different: Partial<NodeReleases> = {}): NodeReleases {
  return { current: ran[0]!, ran, there: ran, facts: new Map(), ...different };
}
const states = (...nodes: (NodeReleases | undefined)[]) =>
  new Map(nodes.map((one, i) => [i === 0 ? "app-1" : `web-${i}`, one]));

describe("the release to go back to", () => {
  it("is the one that ran before", () => {
    expect(rollbackTarget(states(node([c, b, a]), node([c, b, a])))).toEqual({
      ...{ digest: b, ran: true, why: "it ran before the running one" },
    });
  });

  it("is one release further at each rollback, and says which it leaves out", () => {
    const facts = new Map([[c, { version: "3.0.0" }]]);
    const back = { ...node([b, c, b, a]), facts };
    expect(rollbackTarget(states(back, back))).toEqual({
      ...{ digest: a, ran: true },
      why: "it ran before the running one; not 3.0.0, cccccccccccc, which a rollback left",
    });
  });

  it("is the one that a release replaced, if that release came again after a rollback", () => {
    const again = node([c, b, c, b, a]);
    expect(rollbackTarget(states(again, again)).digest).toBe(b);
  });

  it("is none after the way back to the first release, and those that ran since are listed", () => {
    const first = node([a, b, c, b, a]);
    expect(() => rollbackTarget(states(first, first))).toThrow(
      "app-1 knows no release that ran before, only those that a rollback left: " +
        "bbbbbbbbbbbb; cccccccccccc; name one by its first digits",
    );
    expect(rollbackTarget(states(first, first), "cccccccc").digest).toBe(c);
  });

  it("is the last recorded one where the running one has no record", () => {
    const without = node([b, a], { current: c });
    expect(rollbackTarget(states(without, without)).digest).toBe(b);
  });

  it("is the newest other one on nodes that remember nothing", () => {
    const old = node([], { current: c, there: [b, c, a] });
    expect(rollbackTarget(states(old, old))).toEqual({
      ...{ digest: b, ran: false },
      why: "app-1 has no record of switches, and no newer one",
    });
  });

  it("may be named by its first digits", () => {
    const both = states(node([c, b, a]), node([c, b, a]));
    expect(rollbackTarget(both, "aaaaaaaa").digest).toBe(a);
    expect(rollbackTarget(both, a).digest).toBe(a);
  });

  it("is refused by name unless every node has it", () => {
    const facts = new Map([[b, { version: "1.4.2" }]]);
    const lacking = node([c, b], { there: [c, a] });
    expect(() => rollbackTarget(states(node([c, b], { facts }), node([c, b]), lacking))).toThrow(
      "the release 1.4.2, bbbbbbbbbbbb must be on all app and web nodes, and is not on web-2; deploy it again",
    );
  });

  it("must be named where the nodes run different ones", () => {
    const mixed = states(node([c, b]), node([b, a]));
    expect(() => rollbackTarget(mixed)).toThrow(
      /^the nodes run different releases; name the one that all are to run:\n {2}c{12} {2}on app-1\n {2}b{12} {2}on web-1$/,
    );
    expect(rollbackTarget(mixed, b.slice(0, 8)).digest).toBe(b);
  });

  it("is refused while a node does not answer", () => {
    expect(() => rollbackTarget(states(node([c, b]), undefined))).toThrow(
      "all app and web nodes must answer; web-1 does not",
    );
  });

  it("is refused where nothing else ever ran", () => {
    expect(() => rollbackTarget(states(node([c])))).toThrow(
      "app-1 knows no release that ran before",
    );
  });

  it.each(["abc", "ABCDEF01", "not digits"])("is not named by %s", (word) => {
    expect(() => rollbackTarget(states(node([c, b])), word)).toThrow(
      `a release must be named by the first 8 or more digits of its SHA-256, got "${word}"`,
    );
  });

  it("is refused with what there is if no release, or more than one, is named", () => {
    const close = [`${"a".repeat(9)}1`, `${"a".repeat(9)}2`].map((text) => text.padEnd(64, "0"));
    const all = states(node([c, ...close]));
    expect(() => rollbackTarget(all, "00000000")).toThrow(
      /^no node has a release 00000000; there are:\n {2}c{12}\n/,
    );
    expect(() => rollbackTarget(all, "aaaaaaaa")).toThrow(
      "more than one release is named aaaaaaaa",
    );
  });
});
