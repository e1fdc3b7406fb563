import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  idOf,
  isSame,
  readFile,
  setAttributes,
  sha256,
  writeAtomically,
} from "../../../host/converge/files";
import { ownFile } from "./own-file";

/** Most bytes that a write takes, and bytes that the disk takes in all. */
const disk = vi.hoisted(() => ({ take: Infinity, room: Infinity }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const writeSync = (to: number, data: string | Uint8Array, offset = 0) => {
    const bytes = Buffer.from(data).subarray(offset).subarray(0, disk.take);
    disk.room -= bytes.length;
    if (disk.room < 0) throw new Error("ENOSPC: no space left on device, write");
    return fs.writeSync(to, bytes);
  };
  return { ...fs, writeSync };
});

let folder: string;
let path: string;
beforeEach(() => {
  Object.assign(disk, { take: Infinity, room: Infinity });
  folder = mkdtempSync(join(tmpdir(), "files-"));
  path = join(folder, "a.conf");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("idOf", () => {
  it("knows users and groups of the host", () => {
    expect([idOf("/etc/passwd", "root"), idOf("/etc/group", "root")]).toEqual([0, 0]);
  });

  it("names a user that does not exist", () => {
    expect(() => idOf("/etc/passwd", "nobody-here")).toThrow("nobody-here is not in /etc/passwd");
  });
});

describe("setAttributes", () => {
  it("sets a mode that the umask would not let through", () => {
    writeFileSync(path, "");
    setAttributes(path, ownFile({ mode: "2777" }));
    expect(statSync(path).mode & 0o7777).toBe(0o2777);
  });
});

describe("writeAtomically", () => {
  it("writes a file that is read back as it was", () => {
    writeAtomically(path, ownFile());
    expect(readFile(path)).toEqual(ownFile());
  });

  it("makes the directories above it", () => {
    const deep = join(folder, "a/b/c.conf");
    writeAtomically(deep, ownFile());
    expect(readFile(deep)).toEqual(ownFile());
  });

  it("replaces the file, so that who has the old one open reads it to its end", () => {
    writeAtomically(path, ownFile());
    const before = statSync(path).ino;
    writeAtomically(path, ownFile({ content: "second\n" }));
    expect(statSync(path).ino).not.toBe(before);
    expect(readFileSync(path, "utf8")).toBe("second\n");
  });

  it("replaces a link and leaves what it points at alone", () => {
    const target = join(folder, "target");
    writeFileSync(target, "kept\n");
    symlinkSync(target, path);
    writeAtomically(path, ownFile());
    expect(readFile(path)).toEqual(ownFile());
    expect(readFileSync(target, "utf8")).toBe("kept\n");
  });

  it("leaves the old file, and no draft, when the owner does not exist", () => {
    writeAtomically(path, ownFile());
    const stray = ownFile({ content: "second\n", owner: "nobody-here" });
    expect(() => writeAtomically(path, stray)).toThrow("nobody-here is not in /etc/passwd");
    expect(readFile(path)).toEqual(ownFile());
    expect(readdirSync(folder)).toEqual(["a.conf"]);
  });

  it("goes on where the kernel took only a part", () => {
    const content = "a text of — more than — one write\n";
    disk.take = 5;
    writeAtomically(path, ownFile({ content }));
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("leaves the old file, and no draft, when the disk is full midway, and names the path", () => {
    writeAtomically(path, ownFile());
    Object.assign(disk, { take: 5, room: 7 });
    const write = () => writeAtomically(path, ownFile({ content: "the second text\n" }));
    expect(write).toThrow(`${path} cannot be written: ENOSPC: no space left on device, write`);
    expect(readFile(path)).toEqual(ownFile());
    expect(readdirSync(folder)).toEqual(["a.conf"]);
  });

  it("gets over a draft that a run left which was cut off", () => {
    writeFileSync(join(folder, ".a.conf.webstack"), "half");
    writeAtomically(path, ownFile());
    expect(readFile(path)).toEqual(ownFile());
    expect(readdirSync(folder)).toEqual(["a.conf"]);
  });

  it("does not write through a link that waits where the draft will be", () => {
    const target = join(folder, "target");
    writeFileSync(target, "kept\n");
    symlinkSync(target, join(folder, ".a.conf.webstack"));
    writeAtomically(path, ownFile());
    expect(readFileSync(target, "utf8")).toBe("kept\n");
  });

  it("leaves no draft behind", () => {
    writeAtomically(path, ownFile());
    expect(readdirSync(folder)).toEqual(["a.conf"]);
  });
});

describe("readBack", () => {
  it("is undefined where there is no file", () => {
    expect(readFile(path)).toBeUndefined();
  });

  it("tells a mode in four digits, with the special bits", () => {
    writeFileSync(path, "");
    chmodSync(path, 0o404);
    expect(readFile(path)?.mode).toBe("0404");
    chmodSync(path, 0o4755);
    expect(readFile(path)?.mode).toBe("4755");
  });
});

describe("isSame", () => {
  it("is true for a file that was just written", () => {
    writeAtomically(path, ownFile());
    expect(isSame(readFile(path), ownFile())).toBe(true);
  });

  it("is false where there is no file", () => {
    expect(isSame(undefined, ownFile())).toBe(false);
  });

  it.each([
    ["content", "second\n"],
    ["owner", "nobody-here"],
    ["group", "nobody-here"],
    ["mode", "0600"],
  ])("is false for another %s", (field, value) => {
    expect(isSame(ownFile(), ownFile({ [field]: value }))).toBe(false);
  });

  it("is false for a link to a file that is the same", () => {
    const target = join(folder, "target");
    writeAtomically(target, ownFile());
    symlinkSync(target, path);
    expect(isSame(readFile(path), ownFile())).toBe(false);
  });
});

describe("sha256", () => {
  it("is the digest of FIPS 180-2, example B.1", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
