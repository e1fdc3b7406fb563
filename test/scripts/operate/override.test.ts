import { describe, expect, it } from "vitest";
import type { DatabaseState } from "../../../scripts/operate/databases";
import {
  askToOverride,
  queryThroughAll,
  reachedBy,
  seenThroughAny,
} from "../../../scripts/operate/override";
import { outside, stack, way } from "./support/override-stack";

/** A node that says that to every command, and a record of what it was told. */
function runner(output: string) {
  const told: [string, string][] = [];
  const run = async (_: typeof stack, node: string, command: string) => {
    told.push([node, command]);
    return output;
  };
  return { run, told };
}

describe("asking a supervisor to override", () => {
  it("posts the consent to the control socket of the node, as root there", async () => {
    const { run, told } = runner(`{"accepted":true,"reason":"no majority is reached"}`);
    const answer = await askToOverride(stack, "db-3", run);
    expect(answer).toEqual({ accepted: true, reason: "no majority is reached" });
    expect(told).toEqual([
      [
        "db-3",
        "sudo curl -sSm 30 --unix-socket /run/webstack-supervisor/control.sock " +
          `-H 'content-type: application/json' -d '{"consent":true}' http://supervisor/override`,
      ],
    ]);
  });

  it("returns the reason of a refusal", async () => {
    const { run } = runner(`{"accepted":false,"reason":"db-1 is in a group with a majority"}`);
    const answer = await askToOverride(stack, "db-3", run);
    expect(answer).toEqual({ accepted: false, reason: "db-1 is in a group with a majority" });
  });

  it.each([
    ["unknown", "unknown"],
    ["", "nothing"],
    [`{"accepted":"yes","reason":""}`, `{"accepted":"yes","reason":""}`],
  ])("takes no other answer for a yes: %j", async (output, told) => {
    const { run } = runner(output);
    await expect(askToOverride(stack, "db-3", run)).rejects.toThrow(
      `the supervisor of db-3 answered ${told}; nothing was done`,
    );
  });

  it("passes on that the node is not reached", async () => {
    const run = () => Promise.reject(new Error("no load balancer leads to db-3"));
    await expect(askToOverride(stack, "db-3", run)).rejects.toThrow(
      "no load balancer leads to db-3",
    );
  });
});

describe("looking through every way in", () => {
  const db2 = outside({ gtid: "a:1-9" });

  it("asks each load balancer alone", async () => {
    const asked: string[][] = [];
    const ways = await queryThroughAll(stack, async ({ ssh }) => {
      asked.push(ssh.bastions);
      const seen = new Map<string, DatabaseState | undefined>();
      return seen.set("db-2", ssh.bastions[0] === "198.18.0.15" ? db2 : undefined);
    });
    expect(asked).toEqual([["198.18.0.17"], ["198.18.0.15"]]);
    expect(ways.map(({ through }) => through)).toEqual(["lb-1", "lb-2"]);
    expect(seenThroughAny(ways).get("db-2")).toBe(db2);
  });

  it("knows a node that one load balancer does not reach and the other one does", () => {
    const ways = [way("lb-1", {}), way("lb-2", { "db-2": db2 })];
    expect([...seenThroughAny(ways)]).toEqual([
      ["db-1", undefined],
      ["db-2", db2],
      ["db-3", undefined],
    ]);
  });
});

describe("what a node reaches itself", () => {
  it("is asked on the node, for each of its peers", async () => {
    const { run, told } = runner("db-2\n");
    expect(await reachedBy(stack, "db-3", run)).toEqual(["db-2"]);
    expect(told.map(([node]) => node)).toEqual(["db-3"]);
    expect(told[0]![1]).toContain("/dev/tcp/10.0.4.11/3306");
    expect(told[0]![1]).toContain("/dev/tcp/10.0.4.12/3306");
    expect(told[0]![1]).not.toContain("10.0.4.13");
  });

  it("is nothing if nobody answers", async () => {
    expect(await reachedBy(stack, "db-3", runner("").run)).toEqual([]);
  });
});
