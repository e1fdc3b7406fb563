import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realtimeArguments } from "../../machines/realtime";
import { scratch } from "../support/scratch";

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
