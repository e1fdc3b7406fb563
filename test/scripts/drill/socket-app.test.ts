import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { clientsOf } from "../../../scripts/drill/affinity-clients";
import { packageFolders } from "../../../scripts/drill/copied-packages";
import { writeSocketRelease } from "../../../scripts/drill/socket-app";

describe("the clients of the drill", () => {
  it("have names and addresses of their own, and this machine's in both families", () => {
    const all = clientsOf({
      url: "http://198.18.0.200/",
      floatingIp: { ipv4: "198.18.0.200", ipv6: "2001:db8:1:9::1" },
    });
    expect(new Set(all.map(({ name }) => name)).size).toBe(34);
    expect(new Set(all.flatMap(({ headers }) => headers["X-Forwarded-For"] ?? [])).size).toBe(32);
    expect(all.slice(-2).map(({ url }) => new URL(url).hostname)).toEqual([
      "198.18.0.200",
      "[2001:db8:1:9::1]",
    ]);
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
