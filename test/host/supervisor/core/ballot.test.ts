import { describe, expect, it } from "vitest";
import { castVote, countVotes } from "../../../../host/supervisor/core/ballot";
import type { VoteRequest } from "../../../../host/supervisor/core/founding-rule";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { memoryOf } from "../support/memory";
import { outside, upTo, view } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const by2 = { lastView: view("db-2", 5) };
const lost = { remembers: false };
const request: VoteRequest = {
  founder: "db-2",
  epoch: 101,
  kind: "majority",
  certificate: null,
  ...by2,
};

describe("casting a vote", () => {
  it("puts it on disk, and says nothing against it", () => {
    const { memory, disk } = memoryOf({ highest: 100 });
    expect(castVote(memory, outside("db-1"), [], request, nodes, 0)).toBe("");
    expect(disk.record.vote).toEqual({ epoch: 101, founder: "db-2" });
  });

  it("says what is against it, and writes nothing", () => {
    const { memory, disk } = memoryOf({ highest: 100 });
    const self = outside("db-1", { lastView: view("db-3", 6) });
    expect(castVote(memory, self, [], request, nodes, 0)).toBe(
      "db-1 knows of a later primary, db-3",
    );
    expect(disk.writes).toBe(0);
  });

  it("is refused to another founder with the same epoch", () => {
    const vote = { epoch: 101, founder: "db-3" };
    const { memory, disk } = memoryOf({ highest: 101, vote });
    const self = outside("db-1", { vote });
    expect(castVote(memory, self, [], request, nodes, 0)).toBe("db-1 has voted for db-3");
    expect(disk.writes).toBe(0);
  });

  it("is refused for an epoch that is not later than what the node has heard of", () => {
    const { memory } = memoryOf({ highest: 101 });
    const refusal = castVote(memory, outside("db-1"), [], request, nodes, 0);
    expect(refusal).toBe("db-1 has voted for a later group");
  });

  it("is none if it cannot be written", () => {
    const { memory, disk } = memoryOf({ highest: 100 });
    disk.isFull = true;
    const cast = () => castVote(memory, outside("db-1"), [], request, nodes, 0);
    expect(cast).toThrow("no space left on device");
    expect(memory.remembered.vote).toBeNull();
  });
});

describe("counting votes", () => {
  const self = outside("db-2", { ...by2, founding: 101 });
  const grants = (state: NodeState) => ({ refusal: "", state });
  const refuses = (state: NodeState, refusal: string) => ({ refusal, state });
  const [one, three] = [outside("db-1", by2), outside("db-3", by2)];

  it("founds the group with the votes of a majority, the founder's among them", () => {
    expect(countVotes(nodes, self, [grants(one)], "majority")).toBeUndefined();
    const split = [grants(one), refuses(three, "db-3 is in a group")];
    expect(countVotes(nodes, self, split, "majority")).toBeUndefined();
  });

  it("says who refused if they are too few, or that too few answer", () => {
    const refused = [refuses(one, "db-1 is in a group"), refuses(three, "db-3 has voted for db-1")];
    expect(countVotes(nodes, self, refused, "majority")).toBe(
      "db-1 is in a group; db-3 has voted for db-1",
    );
    expect(countVotes(nodes, self, [], "majority")).toBe("too few nodes answered the vote request");
  });

  it("founds the first group with the votes of all, and of no less", () => {
    const first = nodes.map((node) => outside(node, lost));
    const votes = first.slice(1).map(grants);
    expect(countVotes(nodes, first[0]!, votes, "first")).toBeUndefined();
    expect(countVotes(nodes, first[0]!, votes.slice(1), "first")).toBe(
      "too few nodes answered the vote request",
    );
  });

  it("waits if it is decided otherwise for the voters as they are now", () => {
    const ahead = outside("db-1", { ...by2, gtid: upTo(3) });
    expect(countVotes(nodes, self, [grants(ahead)], "majority")).toBe(
      "db-1 has all transactions and starts the group",
    );
    const later = outside("db-1", { lastView: view("db-3", 6) });
    expect(countVotes(nodes, self, [grants(later)], "majority")).toBe(
      "db-3 was the last primary and cannot be seen",
    );
  });

  it("does not decide with who refused", () => {
    const ahead = outside("db-3", { ...by2, gtid: upTo(3) });
    const answers = [grants(one), refuses(ahead, "db-3 has voted for db-1")];
    expect(countVotes(nodes, self, answers, "majority")).toBeUndefined();
  });

  it("does not found a group of another kind than it asked for, or of a member", () => {
    const otherwise = "the nodes that voted lead to another decision";
    const votes = [grants(one), grants(three)];
    expect(countVotes(nodes, self, votes, "first")).toBe(otherwise);
    const inGroup = { ...self, member: { state: "ONLINE", role: "PRIMARY" } as const };
    expect(countVotes(nodes, inGroup, votes, "majority")).toBe(otherwise);
  });
});
