import { describe, expect, it } from "vitest";
import { decideFor } from "../support/decide-for";
import { member, outside, upTo, view } from "../support/node-state";

const lineage = [{ epoch: "100", founding: upTo(90) }];
const broken = "an interrupted clone left this node without data";

/** What a copy that was broken off left of db-1: numbers of transactions, and no lineage. */
const cloneIncomplete = outside("db-1", {
  cloneIncomplete: true,
  gtid: upTo(90),
  lastView: view("db-2", 7),
});

describe("a node whose copy was broken off", () => {
  it("takes another copy, although the group has all its numbers", () => {
    const group = [
      member("db-2", "PRIMARY", { gtid: upTo(95), lineage }),
      member("db-3", "SECONDARY", { gtid: upTo(95), lineage }),
    ];
    expect(decideFor(cloneIncomplete, group)).toEqual({
      type: "rebuild",
      donor: "db-3",
      reason: broken,
    });
  });

  it("takes one too if not even a number was left: its directories keep it from joining", () => {
    const group = [member("db-2", "PRIMARY", { gtid: upTo(95), lineage })];
    expect(decideFor({ ...cloneIncomplete, gtid: "" }, group)).toMatchObject({ type: "rebuild" });
  });

  const whole = (node: string, last: number) =>
    outside(node, { gtid: upTo(last), lineage, lastView: view("db-2", 7) });

  it("makes no group, be its numbers the most, by rule or by an operator's word", () => {
    const peers = [whole("db-2", 80), whole("db-3", 80)];
    expect(decideFor(cloneIncomplete, peers)).toEqual({ type: "wait", reason: broken });
    expect(decideFor(cloneIncomplete, peers, { override: true })).toEqual({
      type: "wait",
      reason: broken,
    });
  });

  it("keeps no other from making one", () => {
    expect(decideFor(whole("db-2", 80), [cloneIncomplete, whole("db-3", 80)])).toMatchObject({
      type: "bootstrap",
    });
    expect(decideFor(whole("db-2", 80), [cloneIncomplete])).toMatchObject({ type: "bootstrap" });
  });

  it("is not the last primary that others wait for", () => {
    const last = { lastView: view("db-1", 7) };
    const [one, other] = [
      { ...whole("db-2", 80), ...last },
      { ...cloneIncomplete, ...last },
    ];
    expect(decideFor(one, [other])).toEqual({
      type: "wait",
      reason: "db-1 was the last primary and has no data",
    });
  });
});
