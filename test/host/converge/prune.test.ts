import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journalPath } from "../../../host/converge/journal";
import { pruneReleases } from "../../../host/converge/prune";
import { switchRelease } from "../../../host/converge/release";
import { unpacked } from "./unpacked";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

const digest = "d".repeat(64);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prune-"));
});
afterEach(() => {
  for (const path of [root, journalPath]) rmSync(path, { recursive: true, force: true });
});

describe("pruneReleases", () => {
  const left = () => readdirSync(join(root, "releases")).sort();

  it("keeps so many releases, the newest", () => {
    unpacked(root, "a", "b", "c", "d");
    switchRelease(root, "d");
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["c", "d"]);
  });

  it("keeps the running release even if it is the oldest", () => {
    unpacked(root, "a", "b", "c", "d");
    switchRelease(root, "a");
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["a", "d"]);
  });

  it("keeps the running release alone if one is to be kept", () => {
    unpacked(root, "a", "b", "c");
    switchRelease(root, "b");
    pruneReleases({ digest, root, keep: 1 });
    expect(left()).toEqual(["b"]);
  });

  it("keeps those that ran lately before newer ones that never did", () => {
    unpacked(root, "a", "b", "c", "broken-1", "broken-2");
    const switches = ["a", "b", "c"].map((name) => ({ digest: name }));
    writeFileSync(journalPath, JSON.stringify({ version: 1, switches }));
    switchRelease(root, "c");
    pruneReleases({ digest, root, keep: 3 });
    expect(left()).toEqual(["a", "b", "c"]);
  });

  it("removes nothing when there are fewer", () => {
    unpacked(root, "a", "b");
    switchRelease(root, "b");
    pruneReleases({ digest, root, keep: 3 });
    expect(left()).toEqual(["a", "b"]);
  });
});
