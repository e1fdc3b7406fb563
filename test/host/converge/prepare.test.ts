import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { sourcesDirectory } from "../../../host/converge/directories";
import { prepare } from "../../../host/converge/prepare";
import { bundle } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";
import { ownFile } from "./own-file";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

let folder: string;
beforeEach(() => {
  systemdWith();
  folder = mkdtempSync(join(tmpdir(), "prepare-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const query = "nginx installed\ncurl config-files\n";
/** Packages that were asked for, one entry for each try. */
const installs = () => systemd.commands.filter((line) => line.startsWith("apt-get install"));

describe("prepare", () => {
  it("installs the packages that are missing, a removed one among them", async () => {
    systemd.answer = ([program]) =>
      program?.endsWith("dpkg-query") ? { stdout: query } : undefined;
    await prepare(bundle({ packages: ["nginx", "curl", "nodejs"] }));
    expect(installs()).toHaveLength(1);
    expect(installs()[0]).toMatch(/--no-install-recommends curl nodejs$/);
  });

  it("leaves the package manager alone when all is there", async () => {
    systemd.answer = () => ({ stdout: query });
    await prepare(bundle({ packages: ["nginx"] }));
    expect(systemd.commands.filter((line) => line.startsWith("apt-get"))).toEqual([]);
  });

  it("tries again when a mirror stumbles", async () => {
    let tries = 0;
    systemd.answer = (words) =>
      words.includes("install") && ++tries < 3 ? { status: 100, stderr: "mirror" } : undefined;
    await prepare(bundle({ packages: ["nginx"] }));
    expect(installs()).toHaveLength(3);
  });

  it("gives up after the fifth try with the reason", async () => {
    systemd.answer = (words) =>
      words.includes("install") ? { status: 100, stderr: "no such package" } : undefined;
    await expect(prepare(bundle({ packages: ["nginx"] }))).rejects.toThrow("no such package");
    expect(installs()).toHaveLength(5);
  });

  const unknown = (words: readonly string[]) =>
    words.includes("install")
      ? { status: 100, stderr: "E: Unable to locate package imagemagik" }
      : undefined;

  it("names a package that nobody has, at once where packages come from nowhere", async () => {
    systemd.answer = unknown;
    await expect(prepare(bundle({ packages: ["nginx", "imagemagik"] }))).rejects.toThrow(
      "the packages imagemagik cannot be installed: this host has no package sources",
    );
    expect(installs()).toHaveLength(1);
  });

  it("names a package that no source has after the fifth try, since lists may be stale", async () => {
    const list = join(sourcesDirectory, "sources.list");
    writeFileSync(list, "deb http://archive.example.com/ubuntu resolute main\n");
    onTestFinished(() => rmSync(list));
    systemd.answer = unknown;
    await expect(prepare(bundle({ packages: ["imagemagik"] }))).rejects.toThrow(
      "the packages imagemagik cannot be installed: the distribution has no package of that name; remove the name from webstack:app.packages",
    );
    expect(installs()).toHaveLength(5);
  });

  it("adds a user that is missing and no other", async () => {
    const users = ["root", "webstack-test-user"].map((name) => ({ name, home: "/nonexistent" }));
    await prepare(bundle({ users }));
    const added = systemd.commands.filter((line) => line.startsWith("useradd"));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/--home-dir \/nonexistent webstack-test-user$/);
  });

  it("makes directories with their mode, and mends that of one that is there", async () => {
    const { owner, group } = ownFile();
    const path = join(folder, "a/b");
    await prepare(bundle({ directories: { [path]: { owner, group, mode: "2775" } } }));
    expect(statSync(path).mode & 0o7777).toBe(0o2775);
    await prepare(bundle({ directories: { [path]: { owner, group, mode: "0700" } } }));
    expect(statSync(path).mode & 0o7777).toBe(0o700);
  });
});
