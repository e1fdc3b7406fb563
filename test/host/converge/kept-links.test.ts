import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { linkKept } from "../../../host/converge/kept-links";
import { switchRelease } from "../../../host/converge/release";
import { unpacked } from "./unpacked";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));

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

describe("linkKept", () => {
  it("leads to the release that runs until now first, then to the newest of the others", () => {
    unpacked(root, a, b, c, d);
    switchRelease(root, b);
    linkKept(release(), d);
    expect(links()).toEqual({ "previous-1": `releases/${b}`, "previous-2": `releases/${c}` });
  });

  it("leads to all that are kept once the next one runs, and not to that one", () => {
    unpacked(root, a, b, c);
    switchRelease(root, c);
    linkKept(release());
    expect(links()).toEqual({ "previous-1": `releases/${b}`, "previous-2": `releases/${a}` });
  });

  it("has no link at the first release, and none where only one is kept", () => {
    unpacked(root, a);
    linkKept(release(), a);
    expect(links()).toEqual({});
    unpacked(root, a, b);
    switchRelease(root, b);
    linkKept(release(1));
    expect(links()).toEqual({});
  });

  it("takes a link away whose release is gone", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    linkKept(release());
    rmSync(join(root, "releases", a), { recursive: true });
    linkKept(release());
    expect(links()).toEqual({});
  });

  it("gets over what an interrupted run left", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    symlinkSync("releases/none", join(root, "previous-1"));
    symlinkSync("releases/none", join(root, ".previous-1.webstack"));
    mkdirSync(join(root, "releases", `${a}.4711`));
    linkKept(release());
    expect(links()).toEqual({ "previous-1": `releases/${a}` });
    expect(readdirSync(root)).not.toContain(".previous-1.webstack");
  });

  it("writes nothing where all is as it should be", () => {
    unpacked(root, a, b);
    switchRelease(root, b);
    linkKept(release());
    const inode = () => lstatSync(join(root, "previous-1")).ino;
    const before = inode();
    linkKept(release());
    expect(inode()).toBe(before);
  });
});
