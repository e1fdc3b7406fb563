import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/preview/command-line";

describe("the command line of a preview", () => {
  it("means the local stack, in text, without any word", () => {
    const expected = {
      stack: undefined,
      form: "text",
      base: "HEAD",
      refresh: false,
      withoutToken: false,
    };
    expect(parseCommandLine([])).toEqual(expected);
  });

  it("names stack, form and base", () => {
    const words = ["--stack", "dev", "--markdown", "--base", "origin/main", "--refresh"];
    const expected = {
      stack: "dev",
      form: "markdown",
      base: "origin/main",
      refresh: true,
      withoutToken: false,
    };
    expect(parseCommandLine(words)).toEqual(expected);
  });

  it("compares with the base instead of a stack that it has no token for", () => {
    expect(parseCommandLine(["--stack", "dev", "--without-token"]).withoutToken).toBe(true);
  });

  it.each([
    [["--markdown", "--json"]],
    [["web-1"]],
    [["--without-token"]],
    [["--stack", "dev", "--refresh", "--without-token"]],
    [["--stak", "dev"]],
  ])("refuses %j with the usage", (words) => {
    expect(() => parseCommandLine(words)).toThrow(/^usage: npm run preview -- /);
  });
});
