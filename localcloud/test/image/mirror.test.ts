import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { debianMirror } from "../../image/build";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "apt-"));
  mkdirSync(join(folder, "sources.list.d"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

it("is that of the machine's own sources", () => {
  write("sources.list.d/debian.sources", "Types: deb\nURIs: http://mirror.test/debian\n");
  expect(debianMirror(folder)).toBe("http://mirror.test/debian");
});

it("is that of a line for apt, also with options", () => {
  write(
    "sources.list",
    "# deb http://other.test/debian x\ndeb [arch=amd64] http://a.test/debian x",
  );
  expect(debianMirror(folder)).toBe("http://a.test/debian");
});

it("is not another distribution's", () => {
  write("sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://mirror.test/ubuntu\n");
  expect(debianMirror(folder)).toBeUndefined();
});
