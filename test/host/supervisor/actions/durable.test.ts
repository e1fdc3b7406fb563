import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DurableError, DurableFolder } from "../../../../host/supervisor/actions/durable";

const [first, second, third] = [{ n: 1 }, { n: 2 }, { n: 3 }];
let folder: string;
let records: DurableFolder;

const path = (file: string) => join(folder, file);
const found = (value: unknown) => ({ kind: "found", value });

/** Cuts off the last write to a slot. */
function tear(slot: string): void {
  writeFileSync(path(slot), readFileSync(path(slot), "utf8").replace("n", "m"));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "durable-"));
  records = new DurableFolder(folder);
  vi.spyOn(console, "log").mockReturnValue();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

describe("a durable record", () => {
  it("is absent before it was written, and what was written last afterwards", () => {
    expect(records.find("view")).toEqual({ kind: "absent" });
    for (const value of [first, second, third, null, false]) {
      records.write("view", value);
      expect(new DurableFolder(folder).find("view")).toEqual(found(value));
    }
    expect(records.find("claim")).toEqual({ kind: "absent" });
  });

  it("is the one before if the write of the last one was cut off", () => {
    records.write("view", first);
    records.write("view", second);
    tear("view.json");
    expect(records.find("view")).toEqual(found(first));
    records.write("view", third);
    expect(records.find("view")).toEqual(found(third));
  });

  it("is absent if its first write was cut off", () => {
    records.write("view", first);
    tear("view.spare");
    expect(records.find("view")).toEqual({ kind: "absent" });
  });

  it("is unreadable if both slots are damaged, and is not replaced", () => {
    records.write("view", first);
    records.write("view", second);
    for (const slot of ["view.json", "view.spare"]) tear(slot);
    const reason = "view cannot be read: both slots are damaged";
    expect(records.find("view")).toEqual({ kind: "unreadable", reason });
    expect(() => records.write("view", third)).toThrow(
      "view cannot be written: both slots are damaged",
    );
  });

  it("is unreadable if a slot cannot be read, which may have the last value", () => {
    records.write("view", first);
    rmSync(path("view.json"));
    mkdirSync(path("view.json"));
    expect(records.find("view")).toMatchObject({ kind: "unreadable" });
    expect(() => records.write("view", second)).toThrow(DurableError);
  });

  it("is that of a supervisor of before until it is written again", () => {
    writeFileSync(path("view.json"), JSON.stringify(first));
    expect(records.find("view")).toEqual(found(first));
    for (const value of [second, third]) {
      records.write("view", value);
      expect(records.find("view")).toEqual(found(value));
    }
    writeFileSync(path("claim.json"), '{"node":');
    expect(records.find("claim")).toMatchObject({ kind: "unreadable" });
  });

  it("refuses more than a slot holds, and keeps what it had", () => {
    records.write("view", first);
    const refusal = "view cannot be written: longer than 4096 bytes";
    expect(() => records.write("view", "x".repeat(4_096))).toThrow(refusal);
    expect(records.find("view")).toEqual(found(first));
  });
});

describe("a full disk", () => {
  it("takes a record that was there before, as that needs no new room", () => {
    records.write("view", first);
    const before = ["view.json", "view.spare"].map((file) => statSync(path(file)));
    for (const value of [second, third]) records.write("view", value);
    const after = ["view.json", "view.spare"].map((file) => statSync(path(file)));
    const room = ({ ino, size }: { ino: number; size: number }) => ({ ino, size });
    expect(after.map(room)).toEqual(before.map(room));
    expect(after.map(({ size }) => size)).toEqual([4_096, 4_096]);
  });

  it("takes a record whose slots were made while there was room", () => {
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], { stdio: "ignore" });
    } catch {
      // Without the right to mount: the test above shows the same of any file system.
      return expect(process.getuid?.()).not.toBe(0);
    }
    try {
      records.reserve(["claim"]);
      expect(() => writeFileSync(path("ballast"), Buffer.alloc(1 << 20))).toThrow("ENOSPC");
      for (const value of [first, second, third]) records.write("claim", value);
      expect(records.find("claim")).toEqual(found(third));
      expect(() => records.write("view", first)).toThrow(/^view cannot be written: ENOSPC/);
      expect(records.find("view")).toEqual({ kind: "absent" });
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  it("is said once, and again once it is over", () => {
    symlinkSync("/dev/full", path("view.spare"));
    expect([1, 2, 3].map(() => records.tryWrite("view", first))).toEqual([false, false, false]);
    rmSync(path("view.spare"));
    expect([1, 2].map(() => records.tryWrite("view", first))).toEqual([true, true]);
    expect(vi.mocked(console.log).mock.calls.flat()).toEqual([
      expect.stringMatching(/^<3>view cannot be written: ENOSPC/),
      "<5>view can be written again",
    ]);
  });
});
