import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { editedSettings } from "../../../scripts/preview/edited-settings";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "edited-settings-"));
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...words], { cwd: folder });
  git("init", "-q");
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  webstack:web: { count: 2 }\n");
  git("add", ".");
  git("commit", "-qm", "first");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("compares with the file of a revision", () => {
  const text = "config:\n  webstack:web: { count: 3 }\n";
  expect(editedSettings("me/webstack/dev", "HEAD", text, folder)).toEqual([
    { key: "webstack:web.count", from: "2", to: "3" },
  ]);
});

it("knows nothing of a revision or a file that is not there", () => {
  expect(editedSettings("dev", "no-such", "config: {}\n", folder)).toBeUndefined();
  expect(editedSettings("prod", "HEAD", "config: {}\n", folder)).toBeUndefined();
  expect(editedSettings("dev", "--output=x", "config: {}\n", folder)).toBeUndefined();
});

it("leaves a text that is no YAML to the engine", () => {
  expect(editedSettings("dev", "HEAD", "config: [", folder)).toHaveLength(1);
});
