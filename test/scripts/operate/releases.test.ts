import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  releaseNodes,
  releasesIn,
  releasesOf,
  releaseText,
  runningLines,
  startOnNode,
} from "../../../scripts/operate/releases";
import { outputsWith } from "./support/nodes";

const hosts = vi.hoisted(() => ({ answer: (_node: string): string => "" }));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string) => hosts.answer(node),
}));
beforeEach(() => void (hosts.answer = () => ""));

const [a, b] = ["a".repeat(64), "b".repeat(64)];
const commit = "c".repeat(40);
const facts = { version: "1.4.2", commit, time: "2026-03-01T12:00:00Z", command: ["node", "a.js"] };
const switches = [{ digest: a, at: "x" }, { digest: b }, { digest: a, at: "y" }];
const listing = [
  `current ${a}`,
  `journal ${JSON.stringify({ version: 1, switches })}`,
  `release ${a} ${JSON.stringify(facts)}`,
  `release ${a}.4711 `,
  `release ${b} `,
  "",
].join("\n");

describe("the releases of a node", () => {
  it("are what runs, what ran and what is there, with what they say of themselves", () => {
    expect(releasesIn(listing)).toEqual({
      ...{ current: a, ran: [a, b, a], there: [a, b], facts: new Map([[a, facts]]) },
    });
  });

  it("are none on a node that has none, and a journal that is broken says nothing", () => {
    const none = { ran: [], there: [], facts: new Map() };
    expect(releasesIn("")).toEqual(none);
    expect(releasesIn("current \njournal {\nrelease \n")).toEqual(none);
  });

  it("say their runtime, if it is one", () => {
    const runtimeOf = (runtime: object) =>
      releasesIn(`release ${a} ${JSON.stringify({ runtime })}`).facts.get(a)!;
    const own = runtimeOf({ node: "24.21.0" });
    expect(own.runtime).toEqual({ node: "24.21.0" });
    expect(releaseText(a, own)).toMatch(/^Node\.js 24\.21\.0, aaaaaaaaaaaa$/);
    expect(runtimeOf({ node: "\u001b[2J" }).runtime).toBeUndefined();
  });

  it("say nothing that a terminal would act on", () => {
    const odd = { version: "\u001b[2J", commit: "HEAD", time: "today", command: ["a", "$(b)\n"] };
    const found = releasesIn(`release ${a} ${JSON.stringify(odd)}`).facts.get(a);
    expect(JSON.stringify(found)).toBe("{}");
  });

  it("are asked of app and web nodes; one that does not answer has none", async () => {
    hosts.answer = (node) => {
      if (node === "web-1") throw new Error("no route");
      return listing;
    };
    const found = await releasesOf(outputsWith("lb-1", "web-1", "app-1", "db-1"));
    expect([...found].map(([name, state]) => [name, state?.current])).toEqual([
      ["app-1", a],
      ["web-1", undefined],
    ]);
  });
});

it("a new release comes to the app nodes first", () => {
  const names = releaseNodes(outputsWith("lb-1", "web-1", "app-2", "db-1")).map(({ name }) => name);
  expect(names).toEqual(["app-2", "web-1"]);
});

describe("a release in words", () => {
  it.each([
    [facts, "1.4.2, commit cccccccccccc of 2026-03-01T12:00:00Z, aaaaaaaaaaaa"],
    [{ commit, dirty: true as const }, "commit cccccccccccc, with changes, aaaaaaaaaaaa"],
    [undefined, "aaaaaaaaaaaa"],
  ])("of %j", (some, text) => expect(releaseText(a, some)).toBe(text));

  it("has a line for each that runs, with its nodes", () => {
    const of = (current?: string) => ({
      ...(current ? { current } : {}),
      ...{ ran: [], there: [], facts: new Map() },
    });
    const states = new Map([
      ["app-1", of(a)],
      ["app-2", of(b)],
      ["web-1", of(a)],
      ["web-2", undefined],
      ["web-3", of()],
    ]);
    expect(runningLines(states)).toEqual([
      "aaaaaaaaaaaa  on app-1, web-1",
      "bbbbbbbbbbbb  on app-2",
      "does not answer  on web-2",
      "no release  on web-3",
    ]);
  });
});

describe("how a release on a node is started", () => {
  const encoded = Buffer.from('{"scripts":{"start":"node main.js"}}').toString("base64");
  it.each([
    [`server\n${encoded}`, { command: ["node", "main.js"] }],
    [encoded, { command: ["node", "main.js"] }],
    ["server\n", { command: ["node", "server.js"] }],
    ["", {}],
  ])("is said by its own files: %j", async (answer, start) => {
    hosts.answer = () => answer;
    expect(await startOnNode(outputsWith("app-1"), "app-1", a)).toEqual(start);
  });
});
