import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endOverride, isOverridden } from "../../../../host/supervisor/actions/override";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "override-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The operator's word for db-2, said that many seconds ago. */
function said(secondsAgo: number): string {
  const path = join(folder, "override");
  writeFileSync(path, "db-2\n");
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(path, at, at);
  return path;
}

describe("an operator's override", () => {
  it("holds for the node that it names", () => {
    expect(isOverridden("db-2", said(60))).toBe(true);
    expect(isOverridden("db-1", said(60))).toBe(false);
  });

  it("is forgotten after two minutes, followed or not", () => {
    const path = said(121);
    expect(isOverridden("db-2", path)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it("is forgotten if it seems to come from later", () => {
    expect(isOverridden("db-2", said(-5))).toBe(false);
  });

  it("ends when it was followed, and is no error without one", () => {
    const path = said(0);
    endOverride(path);
    endOverride(path);
    expect(isOverridden("db-2", path)).toBe(false);
  });
});
