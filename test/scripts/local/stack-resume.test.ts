import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { wasInterrupted } from "../../../scripts/local/stack";

let state: { checkpoint: string; locks: string };

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "resume-"));
  state = { checkpoint: join(folder, "local.json"), locks: join(folder, "locks") };
});

function recorded(latest: object | undefined): void {
  writeFileSync(state.checkpoint, JSON.stringify({ version: 3, checkpoint: { latest } }));
}

describe("wasInterrupted", () => {
  it("says no for a stack whose last command ended", () => {
    recorded({ resources: [] });
    mkdirSync(join(state.locks, "organization", "webstack", "local"), { recursive: true });
    expect(wasInterrupted(state)).toBe(false);
  });

  it("says no for a stack that was only made", () => {
    recorded(undefined);
    expect(wasInterrupted(state)).toBe(false);
  });

  it("says yes while an operation is pending", () => {
    recorded({ pending_operations: [{ type: "creating", resource: {} }] });
    expect(wasInterrupted(state)).toBe(true);
  });

  it("says yes while a lock lies there", () => {
    recorded({ resources: [] });
    mkdirSync(join(state.locks, "local"), { recursive: true });
    writeFileSync(join(state.locks, "local", "1f.json"), "{}");
    expect(wasInterrupted(state)).toBe(true);
  });

  it("asks the engine if it finds no state", () => {
    expect(wasInterrupted(state)).toBe(true);
  });
});
