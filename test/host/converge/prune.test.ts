import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journalPath } from "../../../host/converge/journal";
import { pruneReleases } from "../../../host/converge/prune";
import { switchRelease } from "../../../host/converge/release";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

const digest = "d".repeat(64);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prune-"));
});
afterEach(() => {
  for (const path of [root, journalPath]) rmSync(path, { recursive: true, force: true });
});

/** Makes releases whose order of age is that of their names, the first the oldest. */
function unpacked(...names: string[]): void {
  names.forEach((name, i) => {
    mkdirSync(join(root, "releases", name), { recursive: true });
    utimesSync(join(root, "releases", name), 1_000 + i, 1_000 + i);
  });
}

describe("pruneReleases", () => {
  const left = () => readdirSync(join(root, "releases")).sort();

  it("keeps so many releases, the newest", () => {
    unpacked("a", "b", "c", "d");
    switchRelease(root, "d");
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["c", "d"]);
  });

  it("keeps the running release even if it is the oldest", () => {
    unpacked("a", "b", "c", "d");
    switchRelease(root, "a");
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["a", "d"]);
  });

  it("keeps the running release alone if one is to be kept", () => {
    unpacked("a", "b", "c");
    switchRelease(root, "b");
    pruneReleases({ digest, root, keep: 1 });
    expect(left()).toEqual(["b"]);
  });

  it("keeps those that ran lately before newer ones that never did", () => {
    unpacked("a", "b", "c", "broken-1", "broken-2");
    const switches = ["a", "b", "c"].map((name) => ({ digest: name }));
    writeFileSync(journalPath, JSON.stringify({ version: 1, switches }));
    switchRelease(root, "c");
    pruneReleases({ digest, root, keep: 3 });
    expect(left()).toEqual(["a", "b", "c"]);
  });

  it("removes nothing when there are fewer", () => {
    unpacked("a", "b");
    switchRelease(root, "b");
    pruneReleases({ digest, root, keep: 3 });
    expect(left()).toEqual(["a", "b"]);
  });
});
