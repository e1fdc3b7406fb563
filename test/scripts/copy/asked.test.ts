import { describe, expect, it } from "vitest";
import { askedOf } from "../../../scripts/copy/asked";

describe("backups:copy", () => {
  it("copies, and may end 900 s behind, unless more is said", () => {
    const usual = { planOnly: false, prune: false, verify: false, mostBehindSeconds: 900 };
    expect(askedOf([])).toEqual({ ...usual, stack: undefined });
    const all = ["--prune", "--verify", "--most-behind", "60", "--stack", "prod"];
    const said = { planOnly: false, prune: true, verify: true, mostBehindSeconds: 60 };
    expect(askedOf(all)).toEqual({ ...said, stack: "prod" });
    expect(askedOf(["--prune", "--plan"])).toMatchObject({ planOnly: true, prune: true });
  });

  it.each([
    [["--most-behind", "0"], '--most-behind must be a whole number of seconds from 1 on, got "0"'],
    [["--most-behind", "15m"], 'got "15m"'],
    [["--plan"], "--plan must go with --prune"],
    [["--prune", "--plan", "--verify"], "--verify must be absent with --plan"],
  ])("refuses %j", (args, message) => {
    expect(() => askedOf(args)).toThrow(message);
  });
});
