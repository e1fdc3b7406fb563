import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  isSameManifest,
  type Manifest,
  manifestPath,
  readManifest,
  writeManifest,
} from "../../../host/converge/manifest";
import { stateDirectory } from "../../../host/converge/directories";

const owners = vi.hoisted((): [number, number][] => []);

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
/** Nobody but root may give a file to root. */
vi.mock("node:fs", async (original) => ({
  ...(await original<object>()),
  chownSync: (_path: string, uid: number, gid: number) => void owners.push([uid, gid]),
}));

const manifest = (different: Partial<Manifest> = {}): Manifest => ({
  files: ["/etc/a.conf"],
  secretFiles: ["/etc/a.key"],
  services: [{ unit: "a.service", reloadFiles: [], restartFiles: [], needs: [] }],
  pending: false,
  ...different,
});

beforeEach(() => {
  owners.length = 0;
  rmSync(stateDirectory, { recursive: true, force: true });
});

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
    writeFileSync(manifestPath, "{");
    expect(() => readManifest()).toThrow(SyntaxError);
  });
});

describe("writeManifest", () => {
  it("replaces the record and leaves no draft", () => {
    writeManifest(manifest());
    writeManifest(manifest({ files: [] }));
    expect(readManifest().files).toEqual([]);
    expect(readdirSync(stateDirectory)).toEqual(["manifest.json"]);
  });

  it("gives the record to root alone", () => {
    writeManifest(manifest());
    expect(owners).toEqual([[0, 0]]);
  });

  it("ends the record with a line break", () => {
    writeManifest(manifest());
    expect(readFileSync(manifestPath, "utf8")).toBe(`${JSON.stringify(manifest())}\n`);
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
