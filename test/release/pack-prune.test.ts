import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { pruneReleases } from "../../release/pack";

const root = mkdtempSync(join(tmpdir(), "prune-"));
const folder = join(root, "releases");
const now = Date.parse("2026-06-01T00:00:00Z");
const day = 24 * 3_600_000;
const digest = (n: number) => String(n).padStart(64, "0");
const kept = () => readdirSync(folder).filter((name) => name.endsWith(".tar.gz"));

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});
afterAll(() => rmSync(root, { recursive: true }));

function archive(n: number, ageDays: number): void {
  const path = join(folder, `${digest(n)}.tar.gz`);
  writeFileSync(path, "x");
  writeFileSync(join(folder, `${digest(n)}.json`), "{}");
  utimesSync(path, new Date(now - ageDays * day), new Date(now - ageDays * day));
}

describe("the archives of packed releases", () => {
  it("stay if they are among the newest ten, whatever their age", () => {
    for (let n = 0; n < 10; n++) archive(n, 100 + n);
    pruneReleases(folder, root, now);
    expect(kept()).toHaveLength(10);
  });

  it("stay below an age of 30 days", () => {
    for (let n = 0; n < 14; n++) archive(n, n + 15);
    pruneReleases(folder, root, now);
    expect(kept()).toHaveLength(14);
    pruneReleases(folder, root, now + 4 * day);
    expect(kept()).toEqual([...Array(12).keys()].map((n) => `${digest(n)}.tar.gz`));
  });

  it("stay if a stack file names them, and the facts stay too", () => {
    for (let n = 0; n < 12; n++) archive(n, 100 + n);
    writeFileSync(join(root, "Pulumi.prod.yaml"), `release: ${digest(11)}\n`);
    pruneReleases(folder, root, now);
    expect(kept()).toContain(`${digest(11)}.tar.gz`);
    expect(kept()).not.toContain(`${digest(10)}.tar.gz`);
    expect(readdirSync(folder)).toContain(`${digest(10)}.json`);
  });
});
