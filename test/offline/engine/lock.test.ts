import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive, withLock } from "../../../offline/engine/lock";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  file = join(folder, "deep", "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = { timeoutMs: 5_000, waiting: () => undefined };

describe("a lock", () => {
  it("lets one in after the other", async () => {
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} in`);
      await Promise.resolve();
      seen.push(`${name} out`);
    };
    await Promise.all([withLock(file, options, work("a")), withLock(file, options, work("b"))]);
    expect([seen[1], seen[3]]).toEqual([
      seen[0]!.replace("in", "out"),
      seen[2]!.replace("in", "out"),
    ]);
  });

  it("is given back, also after a failure", async () => {
    const fails = withLock(file, options, () => Promise.reject(new Error("no")));
    await expect(fails).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  it("of a process that has died is taken over", async () => {
    await withLock(file, options, async () => undefined);
    // Larger than any process id: /proc/sys/kernel/pid_max is at most 2^22.
    writeFileSync(file, "99999999");
    await expect(withLock(file, options, async () => "done")).resolves.toBe("done");
  });

  it("of a process that lives is waited for, until the deadline", async () => {
    await withLock(file, options, async () => undefined);
    writeFileSync(file, String(process.ppid));
    const told: number[] = [];
    const impatient = { timeoutMs: 0, waiting: (holder: number) => told.push(holder) };
    await expect(withLock(file, impatient, async () => undefined)).rejects.toThrow(
      `still held by process ${process.ppid}`,
    );
    expect(told).toEqual([process.ppid]);
  });
});

describe("a process", () => {
  it("that has ended is not alive, though its parent never asked how", async () => {
    // `sh` would ask how its child ended; the program that replaces it does not.
    const command = "cat <&3 & echo $!; exec sleep 20 3<&-";
    const stdio = ["ignore", "pipe", "ignore", "pipe"] as const;
    const parent = spawn("sh", ["-c", command], { stdio: [...stdio] });
    try {
      const [output] = (await once(parent.stdout!, "data")) as [Buffer];
      const child = Number(output.toString());
      const program = () => readFileSync(`/proc/${parent.pid}/comm`, "utf8").trim();
      await vi.waitFor(() => expect(program()).toBe("sleep"), 5_000);
      expect(isAlive(child)).toBe(true);
      (parent.stdio[3] as Writable).end();
      await vi.waitFor(() => expect(isAlive(child)).toBe(false), 5_000);
      expect(() => process.kill(child, 0)).not.toThrow();
      expect(isAlive(parent.pid!)).toBe(true);
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
