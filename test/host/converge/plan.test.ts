import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Bundle } from "../../../host/converge/bundle";
import { writeAtomically } from "../../../host/converge/files";
import type { Manifest } from "../../../host/converge/manifest";
import { changedPaths, makePlan, type Plan } from "../../../host/converge/plan";
import { switchRelease } from "../../../host/converge/release";
import { ownFile } from "./own-file";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

const digest = "a".repeat(64);
const before = "b".repeat(64);
let folder: string;
let one: string;
let two: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plan-"));
  one = join(folder, "one.conf");
  two = join(folder, "two.key");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bundle(different: Partial<Bundle> = {}): Bundle {
  return {
    node: "app-1",
    role: "app",
    packages: [],
    users: [],
    directories: {},
    files: {},
    secretFiles: {},
    checks: [],
    services: [],
    ...different,
  };
}

function manifest(different: Partial<Manifest> = {}): Manifest {
  return { files: [], secretFiles: [], services: [], pending: false, ...different };
}

/** The attributes of a file without its content, as a bundle has them for a secret. */
function attributes() {
  const { owner, group, mode } = ownFile();
  return { owner, group, mode };
}

const planned = (different: Partial<Bundle>, secrets = {}, last = manifest()) =>
  makePlan({ bundle: bundle(different), secrets }, last);

describe("makePlan for files", () => {
  it("writes a file that is not there", async () => {
    const { write } = await planned({ files: { [one]: ownFile() } });
    expect([...write]).toEqual([[one, ownFile()]]);
  });

  it("leaves a file alone that is as it should be", async () => {
    writeAtomically(one, ownFile());
    expect((await planned({ files: { [one]: ownFile() } })).write.size).toBe(0);
  });

  it("writes a file whose mode was changed on the host", async () => {
    writeAtomically(one, ownFile({ mode: "0644" }));
    expect([...(await planned({ files: { [one]: ownFile() } })).write.keys()]).toEqual([one]);
  });

  it("writes a secret that was delivered, with the bundle's attributes", async () => {
    const { write } = await planned({ secretFiles: { [two]: attributes() } }, { [two]: "key\n" });
    expect([...write]).toEqual([[two, ownFile({ content: "key\n" })]]);
  });

  it("keeps a secret on the host that is not delivered again", async () => {
    writeAtomically(two, ownFile({ content: "key\n" }));
    const { write, remove } = await planned({ secretFiles: { [two]: attributes() } });
    expect([write.size, remove]).toEqual([0, []]);
  });

  it("gives a secret that is not delivered again its new attributes", async () => {
    writeAtomically(two, ownFile({ content: "key\n", mode: "0600" }));
    const { write } = await planned({ secretFiles: { [two]: attributes() } });
    expect([...write]).toEqual([[two, ownFile({ content: "key\n" })]]);
  });

  it("does not make up a secret that never came", async () => {
    expect((await planned({ secretFiles: { [two]: attributes() } })).write.size).toBe(0);
  });
});

describe("makePlan for what an earlier bundle brought", () => {
  it("removes files and secret files that this one does not have", async () => {
    writeAtomically(one, ownFile());
    writeAtomically(two, ownFile());
    const last = manifest({ files: [one], secretFiles: [two] });
    expect((await planned({}, {}, last)).remove).toEqual([one, two]);
  });

  it("does not remove what is gone already", async () => {
    expect((await planned({}, {}, manifest({ files: [one] }))).remove).toEqual([]);
  });

  it("does not remove a file that has become a secret", async () => {
    writeAtomically(one, ownFile());
    const last = manifest({ files: [one] });
    expect((await planned({ secretFiles: { [one]: attributes() } }, {}, last)).remove).toEqual([]);
  });

  it("does not remove a file that converge never wrote", async () => {
    writeAtomically(one, ownFile());
    expect((await planned({})).remove).toEqual([]);
  });
});

describe("makePlan for releases", () => {
  const release = () => ({ digest, root: folder, keep: 3 });

  it("switches from the release before", async () => {
    mkdirSync(join(folder, "releases", digest), { recursive: true });
    switchRelease(folder, before);
    expect((await planned({ release: release() })).release).toEqual({
      root: folder,
      digest,
      before,
    });
  });

  it("does not switch to the release that runs", async () => {
    mkdirSync(join(folder, "releases", digest), { recursive: true });
    switchRelease(folder, digest);
    expect((await planned({ release: release() })).release).toBeUndefined();
  });

  it("does not switch to a release that has not arrived", async () => {
    expect((await planned({ release: release() })).release).toBeUndefined();
  });
});

describe("changedPaths", () => {
  const plan = (different: Partial<Plan> = {}): Plan => ({
    write: new Map(),
    remove: [],
    ...different,
  });
  const wanted = () => ({
    bundle: bundle({
      files: { [one]: ownFile() },
      secretFiles: { [two]: attributes() },
      release: { digest, root: "/srv/app", keep: 3 },
    }),
    secrets: { [two]: "key\n" },
  });

  it("is empty when nothing is to be done", () => {
    expect([...changedPaths(plan(), wanted(), false)]).toEqual([]);
  });

  it("names what is written, what is removed and the release", () => {
    const all = plan({
      write: new Map([[one, ownFile()]]),
      remove: ["/etc/old.conf"],
      release: { root: "/srv/app", digest, before },
    });
    expect([...changedPaths(all, wanted(), false)]).toEqual([
      one,
      "/etc/old.conf",
      "/srv/app/current",
    ]);
  });

  it("names everything after a run that was interrupted", () => {
    expect([...changedPaths(plan(), wanted(), true)]).toEqual([one, two, "/srv/app/current"]);
  });
});
