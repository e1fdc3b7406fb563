import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { killMysql } from "../../../../host/supervisor/actions/kill-mysql";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "kill-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("a request to kill MySQL", () => {
  it("is over once it is taken", async () => {
    const request = join(folder, "kill-mysql");
    const asked = killMysql(request, 2_000);
    expect(existsSync(request)).toBe(true);
    rmSync(request);
    await asked;
  });

  it("fails if nobody takes it, in words that name who should", async () => {
    const asked = killMysql(join(folder, "kill-mysql"), 30);
    await expect(asked).rejects.toThrow("webstack-mysql-kill.path did not take the request");
  });
});
