import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { linkRetained, pruneReleases } from "../../../host/converge/retained-releases";
import { switchRelease } from "../../../host/converge/release";
import { unpacked } from "./unpacked";
import { journalPath } from "../../../host/converge/journal";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

describe("linkRetained", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "kept-"));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const digest = (letter: string) => letter.repeat(64);

  const [a, b, c, d] = ["a", "b", "c", "d"].map(digest) as [string, string, string, string];

  const release = (keep = 3) => ({ digest: a, root, keep });

  /** Where the links lead, by name. */
  function links(): Record<string, string> {
    const names = readdirSync(root).filter((name) => name.startsWith("previous-"));
    return Object.fromEntries(names.map((name) => [name, readlinkSync(join(root, name))]));
  }

  it("leads to the release that runs until now first, then to the newest of the others", () => {
    unpacked(root, a, b, c, d);
    switchRelease(root, b);
    linkRetained(release(), d);
    expect(links()).toEqual({ "previous-1": `releases/${b}`, "previous-2": `releases/${c}` });
  });

  it("leads to all that are kept once the next one runs, and not to that one", () => {
    unpacked(root, a, b, c);
    switchRelease(root, c);
    linkRetained(release());
    expect(links()).toEqual({ "previous-1": `releases/${b}`, "previous-2": `releases/${a}` });
  });

  it("has no link at the first release, and none where only one is kept", () => {
    unpacked(root, a);
    linkRetained(release(), a);
    expect(links()).toEqual({});
    unpacked(root, a, b);
    switchRelease(root, b);
    linkRetained(release(1));
    expect(links()).toEqual({});
  });

  it("takes a link away whose release is gone", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    linkRetained(release());
    rmSync(join(root, "releases", a), { recursive: true });
    linkRetained(release());
    expect(links()).toEqual({});
  });

  it("gets over what an interrupted run left", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    symlinkSync("releases/none", join(root, "previous-1"));
    symlinkSync("releases/none", join(root, ".previous-1.webstack"));
    mkdirSync(join(root, "releases", `${a}.4711`));
    linkRetained(release());
    expect(links()).toEqual({ "previous-1": `releases/${a}` });
    expect(readdirSync(root)).not.toContain(".previous-1.webstack");
  });

  it("writes nothing where all is as it should be", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    linkRetained(release());
    const inode = () => lstatSync(join(root, "previous-1")).ino;
    const before = inode();
    linkRetained(release());
    expect(inode()).toBe(before);
  });
});

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

  it("keeps a release in which a process still runs, until that process has ended", async () => {
    unpacked(root, "a", "b", "c", "d");
    switchRelease(root, "d");
    const job = spawn("sleep", ["60"], { cwd: join(root, "releases/a") });
    const ended = once(job, "exit");
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["a", "c", "d"]);
    job.kill();
    await ended;
    pruneReleases({ digest, root, keep: 2 });
    expect(left()).toEqual(["c", "d"]);
  });

  it("keeps a release in the search path of a process that has left its directory", async () => {
    unpacked(root, "a", "b", "c", "d");
    switchRelease(root, "d");
    const env = { PATH: `${root}/releases/a/node_modules/.bin:/usr/bin:/bin` };
    const job = spawn("/bin/sleep", ["60"], { cwd: "/", env });
    const ended = once(job, "exit");
    pruneReleases({ digest, root, keep: 1 });
    expect(left()).toEqual(["a", "d"]);
    job.kill();
    await ended;
  });

  it("removes nothing when there are fewer", () => {
    unpacked(root, "a", "b");
    switchRelease(root, "b");
    pruneReleases({ digest, root, keep: 3 });
    expect(left()).toEqual(["a", "b"]);
  });
});
