import { describe, expect, it } from "vitest";
import { journalsOf, parseCommandLine } from "../../../scripts/logs/command-line";
import { appNode, busyAppNode } from "../../services/rendered";
import { outputsWith } from "../operate/support/nodes";

describe("what is asked of the journals", () => {
  it.each([
    [["app"], { words: ["app"], follow: false, entries: 50, stack: undefined }],
    [["web-1", "-f", "-n", "5"], { words: ["web-1"], follow: true, entries: 5, stack: undefined }],
    [
      ["db", "lb", "--since", "1 hour ago", "--stack", "dev"],
      { words: ["db", "lb"], follow: false, entries: undefined, since: "1 hour ago", stack: "dev" },
    ],
  ])("%j", (args, options) => expect(parseCommandLine(args)).toEqual(options));

  it.each([
    [[], "got no tier and no node"],
    [["app", "-n", "many"], "-n must be a whole number from 0 to 100000, got many"],
    [["app", "-n", "-1"], "-n"],
    [["app", "--grep", "x"], "--grep"],
  ])("%j is refused with the rule and the usage", (args, rule) => {
    expect(() => parseCommandLine(args)).toThrow(rule);
    expect(() => parseCommandLine(args)).toThrow("usage: npm run logs -- <tier, node or app>");
  });
});

describe("the journals that words name", () => {
  const outputs = outputsWith("lb-1", "web-1", "web-2", "app-1", "app-2", "db-1");
  const named = (...words: string[]) =>
    journalsOf(outputs, words).map(({ node, units }) => `${node.name}${units ? " app" : ""}`);

  it("are whole for nodes and tiers, and the app's own for app", () => {
    expect(named("web")).toEqual(["web-1", "web-2"]);
    expect(named("app")).toEqual(["app-1 app", "app-2 app"]);
    expect(named("app-2")).toEqual(["app-2"]);
    expect(named("app", "app-1", "db")).toEqual(["app-1", "app-2 app", "db-1"]);
  });

  it("are of processes, workers, jobs and what is done around a release", () => {
    const units = journalsOf(outputs, ["app"])[0]?.units ?? [];
    const patterns = units.map((unit) => new RegExp(`^${unit.replaceAll("*", ".*")}$`));
    const found = [...appNode().services, ...busyAppNode().services]
      .map(({ unit }) => unit.replace(/timer$/, "service"))
      .filter((unit) => /^(app|worker-|cron-|webstack-(migrate|table-check|app-data))/.test(unit));
    expect(found.length).toBeGreaterThan(8);
    expect(found.filter((unit) => !patterns.some((pattern) => pattern.test(unit)))).toEqual([]);
  });

  it("are refused by name if there is no such tier or node", () => {
    expect(() => named("web", "app-9")).toThrow(
      "logs are of lb, web, app, db, lb-1, web-1, web-2, app-1, app-2, db-1; got app-9",
    );
  });
});
