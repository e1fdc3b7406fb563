import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseSeconds, setReleaseTime } from "../../../host/converge/release";

const [digest, next] = ["a1".repeat(32), "a2".repeat(32)];
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "release-time-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("the time of a release's files", () => {
  it("is the same on every node, another one in another release, and never in the future", () => {
    expect(releaseSeconds(digest)).toBe(releaseSeconds(digest));
    expect(releaseSeconds(digest)).not.toBe(releaseSeconds(next));
    const years = ["0".repeat(64), "f".repeat(64)].map((one) =>
      new Date(releaseSeconds(one) * 1000).getUTCFullYear(),
    );
    expect(years).toEqual([2000, 2008]);
  });

  it("is that of every file, directory and link, and of nothing outside", () => {
    const [release, outside] = [join(root, "release"), join(root, "outside")];
    mkdirSync(join(release, "public/deep"), { recursive: true });
    writeFileSync(outside, "");
    writeFileSync(join(release, "public/deep/a.css"), "a");
    symlinkSync(outside, join(release, "link"));
    const before = [release, outside].map((path) => statSync(path).mtimeMs);
    setReleaseTime(release, digest);
    const below = ["public", "public/deep", "public/deep/a.css", "link"];
    const times = below.map((path) => lstatSync(join(release, path)).mtimeMs / 1000);
    expect(new Set(times)).toEqual(new Set([releaseSeconds(digest)]));
    expect([release, outside].map((path) => statSync(path).mtimeMs)).toEqual(before);
  });
});
