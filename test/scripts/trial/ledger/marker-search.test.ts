import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { argumentsWith, search } from "../../../../scripts/trial/ledger/marker-search";

const marker = "0123456789abcdef0123456789abcdef";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marker-"));
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  mkdirSync(join(folder, "left"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the search for the marker", () => {
  it("finds it in a file of any folder, also across two reads", () => {
    const path = join(folder, "deep/er/file");
    writeFileSync(path, Buffer.concat([Buffer.alloc((1 << 20) - 7), Buffer.from(marker)]));
    writeFileSync(join(folder, "left/file"), marker);
    writeFileSync(join(folder, "almost"), marker.slice(1));
    const found = search([folder, "/nowhere"], marker, [join(folder, "left")]);
    expect(found).toEqual({ found: [path], files: 2, bytes: (1 << 20) + 25 + 31 });
  });

  it("finds it in the arguments of a process", async () => {
    const child = spawn("sh", ["-c", "read line", marker]);
    await new Promise((resolve) => child.once("spawn", resolve));
    try {
      expect(argumentsWith(marker)).toEqual([String(child.pid)]);
    } finally {
      child.stdin.end();
    }
  });
});
