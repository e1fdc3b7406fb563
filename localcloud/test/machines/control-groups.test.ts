import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freezerOf, realtimeArguments } from "../../machines/control-groups";
import { scratch } from "../support/scratch";

describe("freezerOf", () => {
  it("takes the freezer of version 1, and waits for its last word", () => {
    const freezer = freezerOf(
      "7:blkio:/docker/ab\n6:freezer:/docker/ab\n0::/docker/ab/init.scope\n",
    );
    expect(freezer.file).toBe("/sys/fs/cgroup/freezer/docker/ab/freezer.state");
    expect(freezer.seenIn).toBe(freezer.file);
    expect(freezer.seen.test("FREEZING\n")).toBe(false);
    expect(freezer.seen.test("FROZEN\n")).toBe(true);
  });

  it("takes version 2 for the whole host, not for the group of its systemd", () => {
    const freezer = freezerOf("0::/system.slice/docker-ab.scope/init.scope\n");
    expect(freezer.file).toBe("/sys/fs/cgroup/system.slice/docker-ab.scope/cgroup.freeze");
    expect(freezer.seenIn).toBe("/sys/fs/cgroup/system.slice/docker-ab.scope/cgroup.events");
    expect(freezer.seen.test("populated 1\nfrozen 0\n")).toBe(false);
    expect(freezer.seen.test("populated 1\nfrozen 1\n")).toBe(true);
  });

  it("says so where there are no control groups", () => {
    expect(() => freezerOf("\n")).toThrow("cannot freeze a host");
  });
});

const allowed = ["--cpu-rt-runtime=20000"];

/** Processor groups of a kernel that counts real time by groups; `engineUs`: what the engine's has. */
function groups(engineUs?: number): { root: string; engineFile: string } {
  const root = scratch();
  writeFileSync(join(root, "cpu.rt_runtime_us"), "950000");
  const engineFile = join(root, "docker", "cpu.rt_runtime_us");
  if (engineUs !== undefined) {
    mkdirSync(join(root, "docker"));
    writeFileSync(engineFile, String(engineUs));
  }
  return { root, engineFile };
}

describe("the real-time budget of a host", () => {
  it("is there before an engine has started its first container", () => {
    const { root, engineFile } = groups();
    expect(realtimeArguments(root)).toEqual(allowed);
    expect(readFileSync(engineFile, "utf8")).toBe("400000");
  });

  it("is taken from an engine's group that had none", () => {
    const { root, engineFile } = groups(0);
    expect(realtimeArguments(root)).toEqual(allowed);
    expect(readFileSync(engineFile, "utf8")).toBe("400000");
  });

  it("leaves a larger budget of the engine as it is", () => {
    const { root, engineFile } = groups(700_000);
    expect(realtimeArguments(root)).toEqual(allowed);
    expect(readFileSync(engineFile, "utf8")).toBe("700000");
  });

  it("needs nothing where the kernel does not count real time by groups", () => {
    expect(realtimeArguments(scratch())).toEqual([]);
  });
});
