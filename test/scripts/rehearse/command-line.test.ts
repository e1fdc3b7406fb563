import { expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/rehearse/command-line";
import { doneNode, nodeTimes } from "../../../scripts/rehearse/measured";

const suites = { edge: ["F1", "F5", "F5b"], database: ["F24", "F34"] };

it("reads a command line, with each drill in the suite that has it", () => {
  expect(parseCommandLine(["--base", "origin/main"], suites)).toEqual({
    ...{ base: "origin/main", drills: new Map(), budget: 0, keep: false },
  });
  const options = parseCommandLine(
    ["--base", "HEAD~1", "--drills", "F5, F24,F1", "--budget", "3", "--keep"],
    suites,
  );
  expect([...options.drills]).toEqual([
    ["edge", ["F5", "F1"]],
    ["database", ["F24"]],
  ]);
  expect([options.budget, options.keep]).toEqual([3, true]);
  // As a workflow gives what nobody asked for.
  expect(parseCommandLine(["--base", "main", "--drills", ""], suites).drills.size).toBe(0);
});

it("refuses what is none", () => {
  const refused: [string[], string][] = [
    [[], "--base must be a revision"],
    [["--base", ""], "--base must be a revision"],
    [["--base", "main", "--budget", "-1"], "--budget"],
    [["--base", "main", "--budget", "few"], 'whole number of requests, got "few"'],
    [["--base", "main", "--drills", "F99"], 'some of F1, F5, F5b, F24, F34, got "F99"'],
    [["main"], "usage: npm run rehearse"],
  ];
  for (const [words, reason] of refused)
    expect(() => parseCommandLine(words, suites)).toThrow(reason);
});

it("reads the time of each node in what up:local says", () => {
  const lines = [
    "    0.4s  engine: done in 0.4 s",
    "   41.0s    update web-1-vm (20.0 s)",
    "   48.0s    update web-1-configuration (7.4 s)",
    "   50.0s    create app-12-configuration (1.0 s)",
    "   50.1s    FAILED update web-2-configuration",
    "   50.2s    web-1-configuration: restarted nginx.service (1.0 s)",
    "changes: 3 update",
  ];
  expect(lines.map((line) => doneNode(line)?.node)).toEqual([
    ...[undefined, "web-1", "web-1", "app-12", undefined, undefined, undefined],
  ]);
  expect(nodeTimes(lines)).toEqual([
    { node: "web-1", server: 20, configuration: 7.4 },
    { node: "app-12", configuration: 1 },
  ]);
});
