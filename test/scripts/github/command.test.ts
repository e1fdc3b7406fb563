import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(__dirname, "..", "..", "..");

it("takes no link for its text: a fork's archive may have one to the environment with the token", () => {
  const folder = mkdtempSync(join(tmpdir(), "github-"));
  try {
    const file = join(folder, "preview-dev.md");
    writeFileSync(join(folder, "token"), "hunter2");
    symlinkSync(join(folder, "token"), file);
    const words = ["comment", "--pull", "7", "--mark", "preview-dev", "--file", file];
    // Nobody listens on port 1, so that a text that is read is not sent.
    const env = {
      GITHUB_API_URL: "http://127.0.0.1:1",
      GITHUB_REPOSITORY: "o/r",
      GITHUB_TOKEN: "t",
    };
    const { status, stderr } = spawnSync(
      process.execPath,
      ["-r", "./scripts/start.cjs", "scripts/github.ts", ...words],
      { cwd: root, encoding: "utf8", env: { ...process.env, ...env } },
    );
    expect([status, stderr.trim()]).toEqual([
      1,
      `--file must be a file itself, got a link or a folder: ${file}`,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
