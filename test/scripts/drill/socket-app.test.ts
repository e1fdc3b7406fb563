import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { clientsOf } from "../../../scripts/drill/socket-clients";
import { packageFolders, writeSocketRelease } from "../../../scripts/drill/socket-app";

describe("the clients of the drill", () => {
  it("have names and addresses of their own, and one has this machine's", () => {
    const all = clientsOf({ url: "http://198.18.0.200/" });
    expect(new Set(all.map(({ name }) => name)).size).toBe(33);
    expect(new Set(all.flatMap(({ headers }) => headers["X-Forwarded-For"] ?? [])).size).toBe(32);
  });
});

describe("a release with packages", () => {
  const folder = mkdtempSync(join(tmpdir(), "socket-release-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has Socket.IO and what it needs, and replaces the earlier release", () => {
    writeSocketRelease(folder, "1.0.0");
    writeFileSync(join(folder, "old"), "");
    writeSocketRelease(folder, "2.0.0");
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect([manifest.version, existsSync(join(folder, "old"))]).toEqual(["2.0.0", false]);
    expect(packageFolders(["socket.io"], folder)).toEqual(
      expect.arrayContaining([
        "node_modules/engine.io",
        "node_modules/socket.io",
        "node_modules/ws",
      ]),
    );
  });

  it("is refused if a package is missing", () => {
    expect(() => packageFolders(["no-such-package"], folder)).toThrow(
      /the package no-such-package must be installed in .*; run: npm ci/,
    );
  });
});
