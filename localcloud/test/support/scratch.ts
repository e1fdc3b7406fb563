import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that is removed after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "localcloud-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
