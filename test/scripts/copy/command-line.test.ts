import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/copy/command-line";

describe("backups:copy", () => {
  it("copies, and may end 900 s behind, unless more is said", () => {
    const usual = { planOnly: false, prune: false, verify: false, mostBehindSeconds: 900 };
    expect(parseCommandLine([])).toEqual({ ...usual, stack: undefined });
    const all = ["--prune", "--verify", "--most-behind", "60", "--stack", "prod"];
    const options = { planOnly: false, prune: true, verify: true, mostBehindSeconds: 60 };
    expect(parseCommandLine(all)).toEqual({ ...options, stack: "prod" });
    expect(parseCommandLine(["--prune", "--plan"])).toMatchObject({ planOnly: true, prune: true });
  });

  it.each([
    [["--most-behind", "0"], '--most-behind must be a whole number of seconds from 1 on, got "0"'],
    [["--most-behind", "15m"], 'got "15m"'],
    [["--plan"], "--plan must go with --prune"],
    [["--prune", "--plan", "--verify"], "--verify must be absent with --plan"],
  ])("refuses %j", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
