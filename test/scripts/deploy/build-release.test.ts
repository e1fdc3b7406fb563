import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployedApp } from "../../../app-source";
import { buildRelease } from "../../../scripts/deploy/build-release";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-release-"));
  mkdirSync(join(root, "shop"));
  writeFileSync(join(root, "shop", "server.js"), "");
});
afterEach(() => rmSync(root, { recursive: true }));

const settings = (app: object) =>
  JSON.stringify({ config: { "webstack:app": { count: 2, ...app } } });

describe("the app that a stack file names", () => {
  it("is packed as the program packs it", () => {
    writeFileSync(join(root, "shop", "package.json"), '{"version":"1.2.3"}');
    const { release, facts } = buildRelease(settings({ path: "./shop" }), root);
    expect(facts).toEqual({ version: "1.2.3", command: ["node", "server.js"] });
    const app = {
      source: { path: join(root, "shop") },
      health: { path: "/", timeoutSeconds: 60 },
      ...{ sharesPort: false, notifies: false },
    };
    const own = deployedApp({ app } as Parameters<typeof deployedApp>[0], root);
    expect(release).toEqual({ ...own.release, archive: own.archive });
    expect(readFileSync(release.archive!).length).toBeGreaterThan(0);
  });

  it("needs no command where there is no server", () => {
    rmSync(join(root, "shop", "server.js"));
    writeFileSync(join(root, "shop", "index.html"), "");
    const site = { path: "./shop", static: { only: true } };
    expect(buildRelease(settings(site), root).facts).not.toHaveProperty("command");
    expect(() => buildRelease(settings({ path: "./shop" }), root)).toThrow("webstack:app.command");
  });

  it("is built first", () => {
    const build = `node -e "require('fs').writeFileSync('shop/made', '')"`;
    const before = buildRelease(settings({ path: "./shop" }), root).release.digest;
    expect(buildRelease(settings({ path: "./shop", build }), root).release.digest).not.toBe(before);
  });

  it("is left to the hosts if it has an address", () => {
    const fetched = { url: "https://example.com/app.tar.gz", sha256: "a".repeat(64) };
    expect(buildRelease(settings(fetched), root)).toEqual({
      release: { digest: fetched.sha256, url: fetched.url, root: "/srv/app", keep: 3 },
      facts: {},
    });
  });

  it("is refused with the setting that is wrong, as the program would", () => {
    const secretEnv = { A: { secure: "v1:x" } };
    expect(() =>
      buildRelease(settings({ path: "./shop", build: "a && b", secretEnv }), root),
    ).toThrow(
      /^webstack:app\.build must be a program and its arguments in one line, .* got "a && b"/,
    );
    expect(() => buildRelease(settings({ path: "./none" }), root)).toThrow(
      "webstack:app.path must be a directory with the built app, got ",
    );
  });
});
