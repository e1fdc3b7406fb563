import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudVersion } from "../../../scripts/local/cloud";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cloud-version-"));
  for (const name of ["machines", "test"]) mkdirSync(join(directory, name));
  writeFileSync(join(directory, "main.ts"), "main");
  writeFileSync(join(directory, "machines", "driver.ts"), "driver");
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("cloudVersion", () => {
  it("is the same for the same program and image", () => {
    expect(cloudVersion("host:1", directory)).toBe(cloudVersion("host:1", directory));
    expect(cloudVersion("host:1")).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is another one with another image, file or name of a file", () => {
    const before = cloudVersion("host:1", directory);
    expect(cloudVersion("host:2", directory)).not.toBe(before);
    writeFileSync(join(directory, "machines", "driver.ts"), "drivel");
    const changed = cloudVersion("host:1", directory);
    expect(changed).not.toBe(before);
    writeFileSync(join(directory, "machines", "other.ts"), "");
    expect(cloudVersion("host:1", directory)).not.toBe(changed);
  });

  it("does not ask for the tests or for what is no program", () => {
    const before = cloudVersion("host:1", directory);
    writeFileSync(join(directory, "test", "some.test.ts"), "test");
    writeFileSync(join(directory, "README.md"), "text");
    expect(cloudVersion("host:1", directory)).toBe(before);
  });
});
