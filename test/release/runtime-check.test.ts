import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkRuntime } from "../../release/runtime-check";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "runtime-check-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The beginning of a program of Linux for a machine. */
const elf = (machine: number) => {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes.writeUInt8(1, 5);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
};
const check = (content: Buffer | string, mode = 0o755) => {
  writeFileSync(join(folder, "shop"), content);
  chmodSync(join(folder, "shop"), mode);
  return () => checkRuntime(folder, { executable: "shop" }, () => "x64");
};

describe("an executable", () => {
  it("may be a program for the hosts' processors, or a script", () => {
    expect(check(elf(62))).not.toThrow();
    expect(check("#!/bin/sh\n")).not.toThrow();
  });

  it.each([
    ["is for another processor", elf(183), 0o755, "is built for arm64; build it for x64"],
    [
      "is for another system",
      Buffer.from("cffaedfe", "hex"),
      0o755,
      "nor with #!; build it for Linux",
    ],
    ["may not be run", elf(62), 0o644, "may not be run; run: chmod +x"],
  ])("is refused if it %s", (_, content, mode, message) => {
    expect(check(content, mode)).toThrow(
      /^webstack:app\.runtime\.executable must be a program of the app for Linux on x64, got "shop" that /,
    );
    expect(check(content, mode)).toThrow(message);
  });

  it("is refused if it is not there", () => {
    const missing = () => checkRuntime(folder, { executable: "bin/no" }, () => "x64");
    expect(missing).toThrow("is no file in");
  });
});

describe("packages of Python", () => {
  const python = (directory: string) => () =>
    checkRuntime(folder, { python: directory }, () => "x64");

  it("are in a directory of the app, or there are none", () => {
    mkdirSync(join(folder, "site-packages"));
    expect(python("site-packages")).not.toThrow();
    expect(python(".")).not.toThrow();
  });

  it("are refused where they are not", () => {
    expect(python("venv")).toThrow(
      `webstack:app.runtime.python must be a directory of the app, got "venv" that ${folder} has not`,
    );
  });
});
