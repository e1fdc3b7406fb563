import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  isSameManifest,
  type Manifest,
  readManifest,
  stateDirectory,
  writeManifest,
} from "../../../host/converge/manifest";

const host = vi.hoisted(() => ({ root: "", owners: [] as [number, number][] }));

/** The host's own directory is below a temporary one; nobody but root may give a file to root. */
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const below = (path: string) => (path.startsWith("/var/lib/") ? `${host.root}${path}` : path);
  return {
    ...fs,
    existsSync: (path: string) => fs.existsSync(below(path)),
    readFileSync: (path: string, how: "utf8") => fs.readFileSync(below(path), how),
    mkdirSync: (path: string, how: object) => fs.mkdirSync(below(path), how),
    openSync: (path: string, how: string, mode: number) => fs.openSync(below(path), how, mode),
    renameSync: (from: string, to: string) => fs.renameSync(below(from), below(to)),
    chmodSync: (path: string, mode: number) => fs.chmodSync(below(path), mode),
    chownSync: (_path: string, uid: number, gid: number) => void host.owners.push([uid, gid]),
    rmSync: (path: string, how: object) => fs.rmSync(below(path), how),
  };
});

const manifest = (different: Partial<Manifest> = {}): Manifest => ({
  files: ["/etc/a.conf"],
  secretFiles: ["/etc/a.key"],
  services: [{ unit: "a.service", reloadFiles: [], restartFiles: [], needs: [] }],
  pending: false,
  ...different,
});

beforeEach(() => {
  host.root = mkdtempSync(join(tmpdir(), "manifest-"));
  host.owners = [];
});
afterEach(() => rmSync(host.root, { recursive: true, force: true }));

describe("readManifest", () => {
  it("is empty on a new host", () => {
    const empty = { files: [], secretFiles: [], services: [], pending: false };
    expect(readManifest()).toEqual(empty);
  });

  it("is what the last run wrote", () => {
    writeManifest(manifest({ releaseRoot: "/srv/app", pending: true }));
    expect(readManifest()).toEqual(manifest({ releaseRoot: "/srv/app", pending: true }));
  });

  it("fails on a damaged record, since an empty one would forget files and units", () => {
    writeManifest(manifest());
    writeFileSync(join(host.root, stateDirectory, "manifest.json"), "{");
    expect(() => readManifest()).toThrow(SyntaxError);
  });
});

describe("writeManifest", () => {
  it("replaces the record and leaves no draft", () => {
    writeManifest(manifest());
    writeManifest(manifest({ files: [] }));
    expect(readManifest().files).toEqual([]);
    expect(readdirSync(join(host.root, stateDirectory))).toEqual(["manifest.json"]);
  });

  it("gives the record to root alone", () => {
    writeManifest(manifest());
    expect(host.owners).toEqual([[0, 0]]);
  });

  it("ends the record with a line break", () => {
    writeManifest(manifest());
    const path = join(host.root, stateDirectory, "manifest.json");
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(manifest())}\n`);
  });
});

describe("isSameManifest", () => {
  it("does not mind the order of fields", () => {
    const { files, ...rest } = manifest();
    expect(isSameManifest({ ...rest, files }, manifest())).toBe(true);
  });

  it.each([
    { files: ["/etc/b.conf"] },
    { secretFiles: [] },
    { services: [] },
    { releaseRoot: "/srv/app" },
    { pending: true },
  ])("sees %o", (different) => {
    expect(isSameManifest(manifest(), manifest(different))).toBe(false);
  });
});
