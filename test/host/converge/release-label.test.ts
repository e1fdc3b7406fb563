import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelRelease } from "../../../host/converge/release";

const digest = "0123456789ab".padEnd(64, "c");
const commit = "fedcba987654".padEnd(40, "3");
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "label-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function labelled(facts?: string): string {
  if (facts !== undefined) writeFileSync(join(folder, ".webstack-release.json"), facts);
  labelRelease(folder, digest);
  return readFileSync(join(folder, ".webstack-nginx.conf"), "utf8");
}

describe("the line for Nginx", () => {
  it.each([
    ["version and commit", { version: "1.2.3-rc.1", commit }, "1.2.3-rc.1 fedcba987654"],
    ["a tree with changes", { commit, dirty: true }, "fedcba987654-dirty"],
    ["neither", {}, "0123456789ab"],
    ["what would be more than a value", { version: '1"; return 200; #' }, "0123456789ab"],
    ["a commit that is none", { version: "2", commit: "$http_cookie" }, "2"],
  ])("says %s", (_, facts, label) => {
    expect(labelled(JSON.stringify(facts))).toBe(`add_header X-Release "${label}" always;\n`);
  });

  it.each([undefined, "", "null", "[]", '{"version":'])("is there with the facts %j", (facts) => {
    expect(labelled(facts)).toBe('add_header X-Release "0123456789ab" always;\n');
  });

  it("replaces a link that the archive has in its place", () => {
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "as it was");
    symlinkSync(elsewhere, join(folder, ".webstack-nginx.conf"));
    labelled();
    expect(readFileSync(elsewhere, "utf8")).toBe("as it was");
  });
});
