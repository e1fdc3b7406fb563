import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { withLock } from "../../../host/converge/lock";
import { runDirectory } from "../../../host/converge/directories";

const told = vi.hoisted(() => ({ hear: (_step: string) => {} }));
vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", () => ({ reportStep: (step: string) => told.hear(step) }));

/** Resolves when converge says this step. */
const heard = (wanted: string) =>
  new Promise<void>((resolve) => {
    told.hear = (step) => step === wanted && resolve();
  });

beforeEach(() => {
  told.hear = () => undefined;
});

describe("withLock", () => {
  it("returns what the work returns", async () => {
    expect(await withLock(async () => 5)).toBe(5);
  });

  it("makes the directory of the lock, which a boot has emptied", async () => {
    rmSync(runDirectory, { recursive: true, force: true });
    await withLock(async () => undefined);
    expect(existsSync(join(runDirectory, "converge.lock"))).toBe(true);
  });

  it("lets a second run wait for the end of the first, and says so", async () => {
    const order: string[] = [];
    const waits = heard("wait");
    let second: Promise<unknown> | undefined;
    await withLock(async () => {
      second = withLock(async () => order.push("second"));
      await waits;
      order.push("first");
    });
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  it("passes an error of the work on and frees the lock", async () => {
    const broken = withLock(() => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
    expect(await withLock(async () => "free")).toBe("free");
  });
});
