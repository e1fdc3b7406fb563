import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packApp } from "../../release/packed-app";

const root = mkdtempSync(join(tmpdir(), "own-directory-"));
afterAll(() => rmSync(root, { recursive: true }));
const projectRoot = join(root, "infra");
mkdirSync(join(projectRoot, "sample"), { recursive: true });
mkdirSync(join(root, "infra-2"));
symlinkSync(root, join(projectRoot, "link"));

function pack(path: string): void {
  const app = { build: ["/no/such/build"], runtime: {}, hasServer: false };
  packApp(app, path, { projectRoot, secrets: [], architecture: () => "x64" });
}

describe("the directory of an app", () => {
  it.each([
    ["the project", projectRoot, "is this project"],
    ["a directory with the project", root, "contains this project as infra"],
    ["a link to such a directory", join(projectRoot, "link"), "contains this project as infra"],
  ])("is refused before the build if it is %s", (_, path, found) => {
    expect(() => pack(path)).toThrow(
      `webstack:app.path must be a directory without this project, got ${path}, which ${found}: `,
    );
    expect(() => pack(path)).toThrow("let app.build copy the app into a directory of its own");
  });

  it.each([
    ["below the project", join(projectRoot, "sample")],
    ["beside the project", join(root, "infra-2")],
    ["one that the build makes", join(root, "dist", "release")],
  ])("may be %s", (_, path) => {
    expect(() => pack(path)).toThrow(/^webstack:app\.build must succeed/);
  });
});
