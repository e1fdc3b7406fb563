import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  type PackedFile,
  packedFiles,
  packedPath,
  unpackCommand,
  unpackedFiles,
} from "../../services/first-boot/packed-files";

it("are written on a host as they were packed, with their modes", () => {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  try {
    const files: Record<string, PackedFile> = {
      [join(folder, "new/folder/converge.js")]: [`console.log("grüße", '$HOME');\n`, 0o644],
      [join(folder, "bundle.json")]: ["x".repeat(100_000), 0o600],
    };
    const packed = packedFiles(files);
    expect(unpackedFiles(packed)).toEqual(files);
    expect(packed.content.length).toBeLessThan(1_000);
    const at = join(folder, "packed.br");
    writeFileSync(at, Buffer.from(packed.content, "base64"));
    const [, option, program] = unpackCommand;
    const own = program!.replace(packedPath, at);
    execFileSync(process.execPath, [option!, own]);
    // A second run, after a first one that was cut off.
    execFileSync(process.execPath, [option!, own]);
    for (const [path, [content, mode]] of Object.entries(files)) {
      expect(readFileSync(path, "utf8")).toBe(content);
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
