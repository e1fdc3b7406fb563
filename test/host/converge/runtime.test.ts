import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../host/converge/files";
import { journalPath } from "../../../host/converge/journal";
import { pruneRuntimes } from "../../../host/converge/retained-releases";
import { hasRuntime, receiveRuntime } from "../../../host/converge/transfer";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async (original) => ({
  ...(await original<object>()),
  reportStep: () => undefined,
}));

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "runtime-"))));
afterEach(() => {
  for (const path of [root, journalPath]) rmSync(path, { recursive: true, force: true });
});

const runtimes = () => join(root, "runtime");

describe("receiveRuntime", () => {
  it("unpacks it in a directory of its digest's name, and leaves nothing else", async () => {
    mkdirSync(join(root, "package/bin"), { recursive: true });
    writeFileSync(join(root, "package/bin/node"), "node", { mode: 0o755 });
    const archive = execFileSync("tar", ["-czf", "-", "-C", root, "package"]);
    const digest = sha256(archive as unknown as string);
    const runtime = { root: runtimes(), digest };
    expect(hasRuntime(runtime)).toBe(false);
    await receiveRuntime(runtime, Readable.from([archive]));
    expect(hasRuntime(runtime)).toBe(true);
    expect(readFileSync(join(runtimes(), digest, "package/bin/node"), "utf8")).toBe("node");
    expect(readdirSync(runtimes())).toEqual([digest]);
  });

  it("takes none with another sum", async () => {
    const runtime = { root: runtimes(), digest: "a".repeat(64) };
    await expect(receiveRuntime(runtime, Readable.from(["x"]))).rejects.toThrow(
      `the runtime must have SHA-256 ${"a".repeat(64)}, got `,
    );
    expect(readdirSync(runtimes())).toEqual([]);
  });

  it("takes no name that is no digest", async () => {
    const runtime = { root: runtimes(), digest: "../../etc" };
    await expect(receiveRuntime(runtime, Readable.from([]))).rejects.toThrow("64 hex digits");
  });
});

describe("pruneRuntimes", () => {
  it("keeps that of the release, those of kept releases, and the newest other", () => {
    ["used", "of-kept", "of-gone", "old", "new", ".draft-1"].forEach((name, i) => {
      mkdirSync(join(runtimes(), name), { recursive: true });
      utimesSync(join(runtimes(), name), 1_000 + i, 1_000 + i);
    });
    mkdirSync(join(root, "releases", "kept"), { recursive: true });
    const switches = [
      { digest: "gone", runtime: "of-gone" },
      { digest: "kept", runtime: "of-kept" },
    ];
    writeFileSync(journalPath, JSON.stringify({ version: 1, switches }));
    const runtime = { root: runtimes(), digest: "used" };
    pruneRuntimes({ digest: "now", root, keep: 3, runtime });
    expect(readdirSync(runtimes()).sort()).toEqual(["new", "of-kept", "used"]);
  });

  it("keeps that of a process that still runs", async () => {
    ["of-a-job", "old", "new"].forEach((name, i) => {
      mkdirSync(join(runtimes(), name), { recursive: true });
      utimesSync(join(runtimes(), name), 1_000 + i, 1_000 + i);
    });
    const env = { PATH: `${runtimes()}/of-a-job/package/bin:/usr/bin:/bin` };
    const job = spawn("/bin/sleep", ["60"], { env });
    const ended = once(job, "exit");
    const runtime = { root: runtimes(), digest: "used" };
    pruneRuntimes({ digest: "now", root, keep: 3, runtime });
    expect(readdirSync(runtimes()).sort()).toEqual(["new", "of-a-job"]);
    job.kill();
    await ended;
  });
});
