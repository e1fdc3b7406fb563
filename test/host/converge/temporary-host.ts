import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Stands in for converge's own records: one directory for all tests of a file. */
export const stateDirectory = mkdtempSync(join(tmpdir(), "converge-state-"));
/** Stands in for what need not outlive a boot. */
export const runDirectory = mkdtempSync(join(tmpdir(), "converge-run-"));
/** Stands in for the directory of units. */
export const unitDirectory = mkdtempSync(join(tmpdir(), "converge-units-"));
/** Stands in for the package manager's directory. */
export const sourcesDirectory = mkdtempSync(join(tmpdir(), "converge-apt-"));

afterAll(() => {
  for (const folder of [stateDirectory, runDirectory, unitDirectory, sourcesDirectory]) {
    rmSync(folder, { recursive: true, force: true });
  }
});
