import { describe, expect, it } from "vitest";
import { nodeOrder, oneByOne, onlyOne, rollOrder } from "../../../scripts/operate/roll-order";
import { outputsWith } from "./support/nodes";

const whole = outputsWith(
  "lb-1",
  "lb-2",
  "web-1",
  "web-2",
  "app-1",
  "app-2",
  "db-1",
  "db-2",
  "db-3",
);
const names = (words: string[], busy: string[] = []) =>
  rollOrder(whole, words, busy).map(({ name }) => name);

describe("the order in which servers are replaced", () => {
  it("has the nodes of a tier, the busy one last", () => {
    expect(names(["db"], ["db-1", "lb-2"])).toEqual(["db-2", "db-3", "db-1"]);
    expect(names(["lb"], ["db-1", "lb-1"])).toEqual(["lb-2", "lb-1"]);
  });

  it("has single nodes, each once, tier after tier", () => {
    expect(names(["app-2", "web", "web-1"])).toEqual(["web-1", "web-2", "app-2"]);
  });

  it("is refused for what is not there, all of it at once", () => {
    expect(() => names(["cache", "web", "db-4"])).toThrow(
      /must be of lb, web, app, db, lb-1, .*; got "cache", "db-4"$/,
    );
    expect(() => names([])).toThrow(/got nothing$/);
  });

  it("is refused for the only node of a tier", () => {
    const small = outputsWith("lb-1", "lb-2", "web-1", "app-1", "db-1");
    expect(() => rollOrder(small, ["web"], [])).toThrow(
      "web-1 is the only one of its tier; the site would be off. Make its tier larger first",
    );
    expect(() => rollOrder(small, ["db-1"], [])).toThrow("and its data with it");
  });
});

describe("the order in which nodes are patched", () => {
  const all = ["lb", "web", "app", "db"];

  it("has all tiers, the busy nodes last in theirs", () => {
    const ordered = nodeOrder(whole, all, ["db-1", "lb-1"], "patch").map(({ name }) => name);
    expect(ordered).toEqual([
      ...["lb-2", "lb-1", "web-1", "web-2", "app-1", "app-2", "db-2", "db-3", "db-1"],
    ]);
  });

  it("is refused with the word for what was asked", () => {
    expect(() => nodeOrder(whole, ["wbe"], [], "patch")).toThrow(
      /^what to patch must be of lb, .*; got "wbe"$/,
    );
  });

  it("has the only node of a tier, which is told apart", () => {
    const small = outputsWith("lb-1", "lb-2", "web-1", "app-1", "db-1");
    expect(onlyOne(small, nodeOrder(small, all, [], "patch"))?.name).toBe("web-1");
    expect(onlyOne(small, nodeOrder(small, ["lb"], [], "patch"))).toBeUndefined();
  });
});

describe("nodes one by one", () => {
  const work = (failing: string, done: string[]) => async (name: string) => {
    done.push(name);
    if (name === failing) throw new Error("ssh: connect to host 203.0.113.1 port 22: timeout\n");
  };

  it("stop at the first that fails, with the node, the reason and the command that goes on", async () => {
    const done: string[] = [];
    const all = oneByOne(
      ["web-1", "web-2", "web-3"],
      { command: "npm run roll", stack: "prod" },
      work("web-2", done),
    );
    await expect(all).rejects.toThrow(
      "web-2: ssh: connect to host 203.0.113.1 port 22: timeout; no other server was begun. Mend the cause, then " +
        "run `npm run roll -- web-2 web-3 --stack prod`, which finishes this one and goes on",
    );
    expect(done).toEqual(["web-1", "web-2"]);
  });

  it("name no stack for the local one", async () => {
    const local = { command: "npm run rebuild", stack: undefined };
    await expect(oneByOne(["app-1"], local, work("app-1", []))).rejects.toThrow(
      "`npm run rebuild -- app-1`",
    );
  });
});
