import { describe, expect, it } from "vitest";
import { missingCount, lossLines, refusal } from "../../../scripts/operate/override-loss";
import { outside, way } from "./support/override-stack";

const uuid = "90afe38e-157c-4335-b53d-b36122c96708";
const online = (role: string) => ({ member: { state: "ONLINE", role }, majority: true });

describe("the number of transactions beyond a node", () => {
  it.each([
    ["nothing", `${uuid}:1-9`, `${uuid}:1-9`, 0],
    ["the end of a range", `${uuid}:1-9`, `${uuid}:1-20`, 11],
    ["a hole", `${uuid}:1-3:6-9`, `${uuid}:1-9`, 2],
    ["all, for a node without data", "", `${uuid}:1-9`, 9],
  ])("is that of %s", (_, own, other, count) => {
    expect(missingCount(own, other)).toBe(count);
  });
});

describe("an override is refused", () => {
  it("while a primary is seen through any load balancer", () => {
    const ways = [
      way("lb-1", { "db-3": outside() }),
      way("lb-2", { "db-1": outside(online("PRIMARY")), "db-3": outside() }),
    ];
    const against = refusal({ node: "db-3", ways, reached: [] });
    expect(against).toBe(
      "db-1 is the primary; if it serves no writes, run npm run db:override -- db-1, or stop MySQL there first",
    );
  });

  it("not on the primary itself: its supervisor knows whether a majority confirms it", () => {
    const ways = [way("lb-1", { "db-3": outside(online("PRIMARY")) })];
    expect(refusal({ node: "db-3", ways, reached: [] })).toBeUndefined();
  });

  it("while any member with a majority is seen, the node itself too", () => {
    const ways = [way("lb-1", { "db-3": outside(online("SECONDARY")) })];
    const against = refusal({ node: "db-3", ways, reached: [] });
    expect(against).toBe("db-3 is in a group with a majority; there is nothing to override");
  });

  it("if the supervisor of the node does not answer", () => {
    const against = refusal({ node: "db-3", ways: [way("lb-1", {})], reached: [] });
    expect(against).toBe("the supervisor of db-3 does not answer");
  });

  it("not while the node and others wait", () => {
    const ways = [way("lb-1", { "db-2": outside(), "db-3": outside() })];
    expect(refusal({ node: "db-3", ways, reached: [] })).toBeUndefined();
  });
});

describe("what would be lost", () => {
  const db3 = outside({ gtid: `${uuid}:1-10` });

  it("is what the best-known node has beyond this one, and what is not seen", () => {
    const ways = [
      way("lb-1", { "db-3": db3 }),
      way("lb-2", { "db-2": outside({ gtid: `${uuid}:1-42` }), "db-3": db3 }),
    ];
    expect(lossLines({ node: "db-3", ways, reached: [] })).toEqual([
      `db-3 has   ${uuid}:1-10`,
      "db-1 has   unknown: not seen through lb-1, lb-2, and db-3 does not reach it either",
      `db-2 has   ${uuid}:1-42`,
      "last primary: db-1, which is not seen: it has every acknowledged write",
      "As far as it is known, 32 transactions would be lost, which db-2 has beyond db-3.",
      "What only db-1 has is lost too.",
      "What others have beyond db-3 is lost when they come back.",
    ]);
  });

  it("is not known where no other node is seen, and a node that its peer reaches may serve", () => {
    const ways = [way("lb-1", { "db-3": { ...db3, lastView: null } })];
    expect(lossLines({ node: "db-3", ways, reached: ["db-1"] })).toEqual([
      `db-3 has   ${uuid}:1-10`,
      "db-1 has   unknown: not seen through lb-1, but db-3 reaches its host: what db-1 says counts, and it may serve",
      "db-2 has   unknown: not seen through lb-1, and db-3 does not reach it either",
      "last primary: unknown",
      "No other node is seen: how many transactions would be lost is not known.",
      "What only db-1 and db-2 have is lost too.",
      "What others have beyond db-3 is lost when they come back.",
    ]);
  });
});
