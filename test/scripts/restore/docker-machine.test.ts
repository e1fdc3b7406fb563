import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inContainer, type Place } from "../../../scripts/restore/docker-machine";

/** A Docker that notes what it is told. */
const world = vi.hoisted(() => ({
  checkout: "",
  told: [] as string[],
  fails: (_words: string): boolean => false,
}));
vi.mock("node:child_process", async (original) => ({
  ...(await original<typeof import("node:child_process")>()),
  execFileSync: (program: string, words: string[]) => {
    const text = [program, ...words].join(" ");
    world.told.push(text);
    if (world.fails(text)) throw new Error("no such container");
    if (words[0] === "ps") return "dead-1\n";
    return words[0] === "run" ? "c0ffee\n" : "";
  },
}));
vi.mock("../../../scripts/build-image", () => ({
  ensureDocker: async () => undefined,
  ensureImage: async () => "host-image",
}));
vi.mock("../../../scripts/local/paths", async (original) => ({
  ...(await original<typeof import("../../../scripts/local/paths")>()),
  get repositoryRoot() {
    return world.checkout;
  },
}));

const restores = () => join(world.checkout, ".webstack", "restores");
let lines: string[];
const runs = (use: (place: Place) => Promise<"keep" | "remove">) =>
  inContainer("/home/ann/identity", (line) => void lines.push(line), use);
const removed = () => world.told.filter((text) => text.includes("rm --force"));

/** A folder of an earlier restore, of the process with this id. */
function earlier(name: string, owner?: string): string {
  const folder = join(restores(), name);
  mkdirSync(join(folder, "data"), { recursive: true });
  if (owner !== undefined) writeFileSync(`${folder}.process`, owner);
  return folder;
}

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "close");
  return child.pid!;
}

beforeEach(() => {
  world.checkout = mkdtempSync(join(tmpdir(), "restores-"));
  [world.told, lines, world.fails] = [[], [], () => false];
});
afterEach(() => rmSync(world.checkout, { recursive: true }));

describe("a restore removes its container and its folder", () => {
  it("once it is used", async () => {
    await runs(async () => "remove");
    expect(removed()).toEqual(["docker rm --force c0ffee"]);
    expect(readdirSync(restores())).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("at %s", async (signal) => {
    const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
    const others = process.listeners(signal);
    process.removeAllListeners(signal);
    await runs(async () => {
      process.emit(signal);
      expect(removed()).toHaveLength(1);
      return "keep";
    });
    for (const each of others) process.on(signal, each);
    expect(exit).toHaveBeenCalledWith(1);
    exit.mockRestore();
  });

  it("unless they cannot be removed, which is told and does not hide the outcome", async () => {
    world.fails = (text) => text.includes("exec");
    await runs(async () => "remove");
    expect(lines.at(-1)).toMatch(
      /note: container c0ffee and .* were not removed \(no such container\)/,
    );
    const failing = runs(async () => {
      throw new Error("the site stays in maintenance");
    });
    await expect(failing).rejects.toThrow("the site stays in maintenance");
  });
});

describe("what an earlier restore has left", () => {
  it("is removed if its process is gone, or its id is another process's", async () => {
    const dead = earlier("1", String(await endedProcess()));
    const reused = earlier("2", `${process.pid}@1`);
    await runs(async () => "remove");
    expect(readdirSync(restores())).toEqual([]);
    const asked = world.told.filter((text) => text.startsWith("docker ps"));
    expect(asked).toEqual(
      [dead, reused].map(
        (folder) =>
          `docker ps --all --quiet --no-trunc --filter label=webstack.restore --filter label=webstack.restore.folder=${folder}`,
      ),
    );
    expect(removed().slice(0, 2)).toEqual(["docker rm --force dead-1", "docker rm --force dead-1"]);
  });

  it("stays while its process runs", async () => {
    const alive = earlier("1", String(process.pid));
    await runs(async () => {
      await runs(async () => "remove");
      return "remove";
    });
    expect(existsSync(alive)).toBe(true);
    expect(removed().join()).not.toContain("dead-1");
  });

  it("stays if it was kept for the user", async () => {
    const kept = earlier("1");
    let folder = "";
    await runs(async (place) => {
      folder = place.folder;
      expect(existsSync(`${folder}.process`)).toBe(true);
      return "keep";
    });
    expect(existsSync(`${folder}.process`)).toBe(false);
    await runs(async () => "remove");
    expect([existsSync(kept), existsSync(folder)]).toEqual([true, true]);
    expect(removed()).toEqual(["docker rm --force c0ffee"]);
  });

  it("does not stop a restore if it cannot be removed, which is told", async () => {
    earlier("1", String(await endedProcess()));
    world.fails = (text) => text.endsWith("dead-1");
    await runs(async () => "remove");
    expect(lines[0]).toMatch(/^note: .*1 of an interrupted restore holds a decrypted database/);
  });

  it("is labelled with its folder", async () => {
    await runs(async ({ folder }) => {
      const start = world.told.find((text) => text.startsWith("docker run"));
      expect(start).toContain(`--label webstack.restore.folder=${folder}`);
      return "remove";
    });
  });
});
