import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stateDirectory } from "../../../host/converge/directories";
import { sha256 } from "../../../host/converge/files";
import { journalPath } from "../../../host/converge/journal";
import {
  linkRetained,
  linkStaged,
  stagedRelease,
  endStaging,
  pruneReleases,
  stage,
} from "../../../host/converge/retained-releases";
import { currentRelease, switchRelease } from "../../../host/converge/release";
import { receive } from "../../../host/converge/transfer";
import { packRelease } from "../../../release/pack";
import { unpacked } from "./unpacked";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async (original) => ({
  ...(await original<object>()),
  reportStep: () => undefined,
}));

const digest = (letter: string) => letter.repeat(64);
const [a, b, c, d] = ["a", "b", "c", "d"].map(digest) as [string, string, string, string];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stage-"));
});
afterEach(() => {
  for (const path of [root, join(stateDirectory, "incoming"), journalPath]) {
    rmSync(path, { recursive: true, force: true });
  }
});

/** Lets these releases have run, the last one until now. */
function ran(...names: string[]): void {
  unpacked(root, ...names);
  const switches = names.map((name) => ({ digest: name }));
  writeFileSync(journalPath, JSON.stringify({ version: 1, switches }));
  switchRelease(root, names.at(-1));
  linkRetained({ root, keep: 3, digest: names.at(-1)! });
}

/** Packs an app of one asset and hands it to the host; returns its digest. */
async function arrived(content: string): Promise<string> {
  const app = mkdtempSync(join(root, "app-"));
  mkdirSync(join(app, "public/assets"), { recursive: true });
  writeFileSync(join(app, "public/assets/app.js"), content);
  const packed = packRelease(app, join(root, "out"));
  await receive(packed.digest, Readable.from([readFileSync(packed.archive)]));
  return packed.digest;
}

const release = (name: string, keep = 3) => ({ digest: name, root, keep });
const releases = () => readdirSync(join(root, "releases")).sort();
/** Where the links beside `current` lead, by name. */
const links = () =>
  Object.fromEntries(
    readdirSync(root)
      .filter((name) => /^(next|previous-)/.test(name))
      .map((name) => [name, readlinkSync(join(root, name)).replace("releases/", "")]),
  );

describe("stage", () => {
  it("unpacks what has arrived and links it as next, and leaves what runs as it is", async () => {
    ran(a, b, c);
    const wanted = await arrived("new");
    await stage(release(wanted));
    expect(readFileSync(join(root, "next/public/assets/app.js"), "utf8")).toBe("new");
    expect(statSync(join(root, "releases", wanted)).mode & 0o777).toBe(0o755);
    expect(existsSync(join(root, "next/.webstack-nginx.conf"))).toBe(true);
    expect(currentRelease(root)).toBe(c);
    expect(links()).toEqual({ next: wanted, "previous-1": b, "previous-2": a });
    expect(readdirSync(join(stateDirectory, "incoming"))).toEqual([]);
  });

  it("may be repeated", async () => {
    ran(a);
    const wanted = await arrived("new");
    await stage(release(wanted));
    await stage(release(wanted));
    expect(links()).toEqual({ next: wanted });
  });

  it("links a release that ran before, for the way back, in no other place", async () => {
    ran(a, b, c);
    await stage(release(b));
    expect(links()).toEqual({ next: b, "previous-1": a });
    expect(releases()).toEqual([a, b, c]);
  });

  it("replaces a release that was given up, which goes before any that ran", async () => {
    ran(a, b, c);
    const first = await arrived("refused");
    await stage(release(first));
    const second = await arrived("mended");
    await stage(release(second));
    expect(links()).toEqual({ next: second, "previous-1": b, "previous-2": a });
    expect(releases()).toEqual([a, b, c, second].sort());
  });

  it("does nothing where the release runs already: on the way back app nodes may run the staged one", async () => {
    ran(a, b);
    await stage(release(b));
    expect(links()).toEqual({ "previous-1": a });
    unpacked(root, d);
    linkStaged(root, d);
    await stage(release(b));
    expect(links()).toEqual({ next: d, "previous-1": a });
  });

  it("says that a release is not there, and keeps the one that is staged", async () => {
    ran(a, b);
    linkStaged(root, a);
    await expect(stage(release(d))).rejects.toThrow(
      `the release ${d} is not on the host; run \`up\` again, which sends it`,
    );
    expect(stagedRelease(root)).toBe(a);
  });

  it("leaves nothing of an archive that cannot be unpacked", async () => {
    ran(a);
    const broken = sha256("no archive");
    await receive(broken, Readable.from(["no archive"]));
    await expect(stage(release(broken))).rejects.toThrow("/usr/bin/tar");
    expect(links()).toEqual({});
    expect(releases()).toEqual([a]);
  });

  it("gets over what an interrupted run left", async () => {
    ran(a);
    const wanted = await arrived("new");
    mkdirSync(join(root, "releases", `${wanted}.4711`));
    symlinkSync("releases/none", join(root, ".next.webstack"));
    await stage(release(wanted));
    expect(links()).toEqual({ next: wanted });
    expect(releases()).toEqual([a, wanted].sort());
    expect(readdirSync(root)).not.toContain(".next.webstack");
  });
});

describe("a staged release", () => {
  it("is neither removed as an old one nor counted", () => {
    ran(a, b, c);
    unpacked(root, d);
    linkStaged(root, d);
    pruneReleases(release(c));
    expect(releases()).toEqual([a, b, c, d]);
    pruneReleases(release(c, 1));
    expect(releases()).toEqual([c, d]);
  });

  it("takes the place of no earlier one", () => {
    ran(a, b, c);
    unpacked(root, d);
    linkStaged(root, d);
    linkRetained(release(c));
    expect(links()).toEqual({ next: d, "previous-1": b, "previous-2": a });
  });

  it("is staged no more once it runs, and the oldest release goes", () => {
    ran(a, b, c);
    unpacked(root, d);
    linkStaged(root, d);
    linkRetained(release(d), d);
    switchRelease(root, d);
    endStaging(release(d), true);
    expect(links()).toEqual({ "previous-1": c, "previous-2": b });
    expect(releases()).toEqual([b, c, d]);
  });

  it("that was given up goes when the host is told to run what it runs", () => {
    ran(a, b, c);
    unpacked(root, d);
    linkStaged(root, d);
    endStaging(release(c), false);
    expect(links()).toEqual({ "previous-1": b, "previous-2": a });
    expect(releases()).toEqual([a, b, c]);
  });
});
