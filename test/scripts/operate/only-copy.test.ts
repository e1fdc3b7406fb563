import { beforeEach, describe, expect, it } from "vitest";
import type { Hosts } from "../../../rolling/hosts";
import { discardIn, type Keeping, refuseOnlyCopy } from "../../../scripts/operate/only-copy";
import { outside, stack } from "./support/override-stack";

const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";
const online = outside({ member: { state: "ONLINE", role: "SECONDARY" }, gtid: `${uuid}:1-9` });

/** What each node answers; an error is thrown. */
let answers: Record<string, string | Error>;
let said: string[];
beforeEach(() => {
  said = [];
  answers = Object.fromEntries(
    ["db-1", "db-2", "db-3"].map((name) => [name, `state ${JSON.stringify(online)}`]),
  );
});

const hosts: Hosts = {
  nodes: stack.nodes,
  run: async (node, command) => {
    const answer = answers[node]!;
    if (answer instanceof Error) throw answer;
    return command.includes("supervisor/saved")
      ? `data\n${answer}\n`
      : answer.replace(/.*state /s, "");
  },
};
const node = stack.nodes.find(({ name }) => name === "db-2")!;
const asked = (how: Partial<Keeping> = {}) =>
  refuseOnlyCopy(hosts, node, { isOut: false, ...how }, (line) => said.push(line));

describe("before a database server is deleted", () => {
  it("nothing stands against it without such data", async () => {
    await expect(asked()).resolves.toBeUndefined();
    expect(said).toEqual([]);
  });

  it("its saved transactions are named, unless they are given up", async () => {
    answers["db-2"] = `saved 2026-11-28-1.sql\n${answers["db-2"] as string}`;
    await expect(asked()).rejects.toThrow(
      /^db-2 was not deleted.*saved: 2026-11-28-1\.sql\. Copy the files off.*--discard/,
    );
    await asked({ discards: true });
    expect(said).toEqual([expect.stringMatching(/db-2: loses, as --discard says, saved/)]);
  });

  it("its data that waits is named", async () => {
    const waiting =
      "extra; the clone does not begin, because these transactions cannot be saved: full";
    answers["db-2"] = `state ${JSON.stringify(outside({ waiting }))}`;
    await expect(asked({ isOut: true })).rejects.toThrow(`its data waits: ${waiting}`);
  });

  it("transactions that the other nodes lack are named, whatever the node waits for", async () => {
    const own = outside({ gtid: `${uuid}:1-12`, waiting: "the disk is nearly full" });
    answers["db-2"] = `state ${JSON.stringify(own)}`;
    await expect(asked({ isOut: true })).rejects.toThrow(
      `transactions of which the other nodes lack some: ${uuid}:1-12`,
    );
    // A member's latest transactions are on their way to the others.
    answers["db-2"] = `state ${JSON.stringify({ ...online, gtid: `${uuid}:1-12` })}`;
    await expect(asked()).resolves.toBeUndefined();
  });

  it("a dead server is replaced with a warning, one in service is not", async () => {
    answers["db-2"] = new Error("no load balancer leads there");
    await expect(asked()).rejects.toThrow("it was not deleted");
    await asked({ isOut: true });
    expect(said).toEqual([
      "db-2 cannot be asked whether it has data that no other server has: no load balancer leads there; " +
        "what its disk alone has is lost",
    ]);
  });

  it("no other tier is asked", async () => {
    await refuseOnlyCopy(hosts, { ...node, role: "web" }, { isOut: false }, () => undefined);
  });

  it("the flag is no node's name", () => {
    expect(discardIn(["db-2", "--discard", "--yes"])).toEqual({
      ...{ args: ["db-2", "--yes"], discards: true },
    });
    expect(discardIn(["db"])).toEqual({ args: ["db"], discards: false });
  });
});
