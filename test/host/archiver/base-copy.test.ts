import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const repository = join(__dirname, "..", "..", "..");

it("opens the folder of the copies to the upload's group before it copies", () => {
  const root = mkdtempSync(join(tmpdir(), "base-copy-"));
  try {
    const [files, data, run] = ["mysql-files", "mysql", "run"].map((name) => join(root, name));
    for (const folder of [files, data, run]) mkdirSync(folder!);
    chmodSync(files!, 0o700);
    writeFileSync(join(run!, "status.json"), JSON.stringify({ timeline: "4b2c" }));
    const node = { name: "db-1", privateIp: "10.0.4.11" };
    const settings = join(root, "archiver.json");
    writeFileSync(
      settings,
      JSON.stringify({ node: "db-1", nodes: [node, { ...node, name: "db-2" }] }),
    );
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ["-r", "./scripts/start.cjs", "host/base-copy.ts"],
      {
        cwd: repository,
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          WEBSTACK_MYSQL_SOCKET: join(root, "no.sock"),
          WEBSTACK_BASE_FOLDER: join(files!, "webstack-base"),
          WEBSTACK_DATA_FOLDER: data,
          WEBSTACK_ARCHIVER_RUN: run,
          WEBSTACK_ARCHIVER_SETTINGS: settings,
        },
      },
    );
    // No MySQL answers, so there is nothing to copy.
    expect([status, stdout + stderr]).toEqual([
      1,
      expect.stringContaining("the copy for a base failed"),
    ]);
    expect(statSync(files!).mode & 0o777).toBe(0o750);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}, 60_000);
