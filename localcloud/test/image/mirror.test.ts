import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { machineMirror, sourcesOf } from "../../image/definition";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "apt-"));
  mkdirSync(join(folder, "sources.list.d"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

it("is that of the machine's own sources", () => {
  write("sources.list.d/debian.sources", "Types: deb\nURIs: http://mirror.test/debian\n");
  expect(machineMirror("debian", folder)).toBe("http://mirror.test/debian");
});

it("is that of a line for apt, also with options", () => {
  write(
    "sources.list",
    "# deb http://other.test/debian x\ndeb [arch=amd64] http://a.test/debian x",
  );
  expect(machineMirror("debian", folder)).toBe("http://a.test/debian");
});

it("is not another distribution's", () => {
  write("sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://mirror.test/ubuntu\n");
  expect(machineMirror("debian", folder)).toBeUndefined();
});

it("of Ubuntu is given with the pockets of updates and of security", () => {
  write("sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://mirror.test/ubuntu\n");
  expect(sourcesOf("ubuntu", machineMirror("ubuntu", folder))).toEqual([
    "deb http://mirror.test/ubuntu resolute main universe",
    "deb http://mirror.test/ubuntu resolute-updates main universe",
    "deb http://mirror.test/ubuntu resolute-security main universe",
  ]);
});

it("is not an archive of others for the distribution", () => {
  write("sources.list.d/docker.list", "deb [arch=amd64] https://packages.test/linux/ubuntu x y\n");
  write("sources.list.d/ubuntu.sources", "Types: deb\nURIs: http://mirror.test/ubuntu\n");
  expect(machineMirror("ubuntu", folder)).toBe("http://mirror.test/ubuntu");
});
