import { describe, expect, it } from "vitest";
import { goProblem, neededGo } from "../../../offline/engine/go";
import { isAtLeast } from "../../../offline/engine/versions";

const go = (version: string, toolchain = "auto") => ({ command: "/bin/go", version, toolchain });

describe("the Go compiler", () => {
  it("is compared number by number", () => {
    expect(isAtLeast("1.26.8", "1.25.11")).toBe(true);
    expect(isAtLeast("1.25.9", "1.25.11")).toBe(false);
    expect(isAtLeast("1.26", "1.25.11")).toBe(true);
    expect(isAtLeast("1.25.11", "1.25.11")).toBe(true);
    expect(isAtLeast("go1.26rc1", "1.25.11")).toBe(true);
  });

  it("is asked for by go.mod", () => {
    expect(neededGo("module x\n\ngo 1.25.11\n")).toBe("1.25.11");
  });

  it("is fine if new enough, or able to fetch what is", () => {
    expect(goProblem(go("1.26.8", "local"), "1.25.11")).toBeUndefined();
    expect(goProblem(go("1.22.2"), "1.25.11")).toBeUndefined();
  });

  it.each([
    ["missing", undefined, "there is no go command"],
    ["too old to fetch another", go("1.19.8"), "/bin/go is 1.19.8 and cannot fetch it"],
    ["old and told to stay", go("1.22.2", "local"), "GOTOOLCHAIN=local forbids to fetch it"],
  ])("that is %s is a problem with a way out", (_what, found, message) => {
    const problem = goProblem(found, "1.25.11");
    expect(problem).toContain(message);
    expect(problem).toContain("install Go 1.25.11 or newer");
  });
});
