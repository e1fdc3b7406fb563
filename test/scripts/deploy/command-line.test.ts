import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommandLine, namedRelease } from "../../../scripts/deploy/command-line";

describe("a command line", () => {
  it("has a stack, a yes and a word", () => {
    expect(parseCommandLine(["--stack", "dev", "--yes", "./shop"], "use")).toEqual({
      ...{ stack: "dev", yes: true, word: "./shop" },
    });
    expect(parseCommandLine([], "use")).toEqual({ stack: undefined, yes: false, word: undefined });
  });

  it.each([[["a", "b"]], [["--force"]], [["--stack"]]])("%j is refused with the usage", (args) => {
    expect(() => parseCommandLine(args, "npm run it")).toThrow(/^usage: npm run it; .+/);
  });
});

describe("the release that a word names", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "asked-"));
    for (const path of ["stack/app", "stack/below", "shop"]) {
      mkdirSync(join(root, path), { recursive: true });
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));
  const at = (from: string, isBuilt = false) => ({
    from: join(root, from),
    root: join(root, "stack"),
    isBuilt,
  });

  it("is a directory, written as seen from the stack file", () => {
    expect(namedRelease("./app", at("stack"))).toEqual({ path: "./app" });
    expect(namedRelease("../app", at("stack/below"))).toEqual({ path: "./app" });
    expect(namedRelease("../shop/", at("stack"))).toEqual({ path: "../shop" });
    expect(namedRelease(join(root, "shop"), at("stack"))).toEqual({ path: join(root, "shop") });
  });

  it("must be there, unless a build makes it", () => {
    expect(() => namedRelease("./dist", at("stack"))).toThrow(
      'the release must be a directory with the built app, or <https URL of a .tar.gz file>@<SHA-256>, got "./dist"',
    );
    expect(namedRelease("./dist", at("stack", true))).toEqual({ path: "./dist" });
  });

  it("is an address with its sum", () => {
    const [url, sha256] = ["https://example.com/a@b/app-1.tar.gz", "a".repeat(64)];
    expect(namedRelease(`${url}@${sha256}`, at("stack"))).toEqual({ url, sha256 });
  });

  it.each([
    "https://example.com/app.tar.gz",
    `https://example.com/app.tar.gz@${"a".repeat(63)}`,
    `http://example.com/app.tar.gz@${"a".repeat(64)}`,
    `https://example.com/app.zip@${"a".repeat(64)}`,
  ])("is refused as %s", (word) => {
    expect(() => namedRelease(word, at("stack"))).toThrow(
      "a release by its address must be <https URL of a .tar.gz file>@<SHA-256 of 64 hexadecimal digits>, got",
    );
  });
});
