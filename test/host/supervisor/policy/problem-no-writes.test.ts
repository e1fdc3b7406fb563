import { describe, expect, it } from "vitest";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { whyNoWrites, type WritesSight } from "../../../../host/supervisor/policy/problem";
import { certificate, member, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const lastView = view("db-1", 5);
const self = member("db-1", "PRIMARY", { lastView });
const secondary = (node: string) => member(node, "SECONDARY", { lastView });

function why(state: NodeState, sight: Partial<WritesSight> = {}): string {
  return whyNoWrites(state, { nodes, peers: [], otherPrimary: undefined, ...sight });
}

describe("why a primary takes no writes", () => {
  it("is that too few nodes confirm it, with who does not and what helps", () => {
    expect(why(self)).toBe(
      "1 of 3 nodes confirm it, and 2 must (not db-2, db-3): start these nodes; " +
        "if they do not come back, npm run db:override -- db-1",
    );
    const five = [...nodes, "db-4", "db-5"];
    expect(why(self, { nodes: five, peers: [secondary("db-2")] })).toBe(
      "2 of 5 nodes confirm it, and 3 must (not db-3, db-4, db-5): start these nodes; " +
        "if they do not come back, npm run db:override -- db-1",
    );
  });

  it("proposes an override only where a supervisor accepts one", () => {
    // A group without a majority confirms nobody, and another majority may exist.
    expect(why({ ...self, majority: false })).toBe("its group has no majority");
    expect(why({ ...self, alone: true })).not.toContain("override");
  });

  it.each<[string, Partial<NodeState>]>([
    ["data disk has almost no free space", { diskSpent: true }],
    ["MySQL is read-only", { writable: false }],
    ["no valid certificate", { certificate: certificate(101) }],
    ["not recorded yet", { lastView: view("db-2", 5) }],
  ])("is that its %s", (reason, own) => {
    expect(why({ ...self, ...own }, { peers: [secondary("db-2")] })).toContain(reason);
  });

  it("is another primary that an app node reaches", () => {
    const alone = { ...self, alone: true, members: ["db-1"] };
    const otherPrimary = { by: "10.0.3.11", primary: "db-2" };
    expect(why(alone, { otherPrimary })).toBe("the app node 10.0.3.11 reaches db-2 as the primary");
  });

  it("is nothing to ask of a secondary, or of a node outside of the group", () => {
    expect(why(secondary("db-2"))).toBe("");
    expect(why({ ...self, member: { state: "RECOVERING", role: "PRIMARY" } })).toBe("");
    expect(why({ ...self, member: null })).toBe("");
  });
});
