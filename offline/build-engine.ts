import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const module = join(__dirname, "engine-module");
/** Version of the engine; without it the engine takes itself for a development build. */
const version = "v3.257.0";
const command = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionFlag = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
/** Longest build, seconds. */
const buildSeconds = 1_800;

/** A digest of what the engine is built from. */
export function engineDigest(): string {
  const hash = createHash("sha256").update(version);
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  return hash.digest("hex").slice(0, 16);
}

function run(args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    const child = spawn("go", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), buildSeconds * 1000);
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing =
        "the Go compiler is missing; install Go 1.25 or newer, or the official pulumi";
      reject(error.code === "ENOENT" ? new Error(missing) : error);
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      if (status === 0) resolve();
      else reject(new Error(`go ${args[0]} ended with ${status}:\n${said.trim()}`));
    });
  });
}

/** Waits for, or takes, the right to build; a builder that has died does not hold it. */
async function takeTurn(lock: string, target: string): Promise<boolean> {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return true;
    } catch {
      const pid = existsSync(lock) ? readFileSync(lock, "utf8") : "";
      if (pid === "" || !existsSync(`/proc/${pid}`)) rmSync(lock, { force: true });
      else await pause(500);
      if (existsSync(target)) return false;
    }
  }
}

/** Builds the engine into `<folder>/bin/pulumi`; two builders take turns, a half-built one is never seen. */
export async function buildEngine(folder: string, progress: (line: string) => void): Promise<void> {
  const target = join(folder, "bin", "pulumi");
  const lock = join(folder, "lock");
  if (!(await takeTurn(lock, target))) return;
  try {
    if (existsSync(target)) return;
    progress(`engine: building pulumi ${version} from Go modules (three to five minutes, once)`);
    const source = join(folder, "source");
    cpSync(module, source, { recursive: true });
    const draft = join(folder, `pulumi.${process.pid}`);
    const flags = `-s -w -X ${versionFlag}`;
    await run(["build", "-trimpath", "-ldflags", flags, "-o", draft, command], source);
    mkdirSync(join(folder, "bin"), { recursive: true });
    renameSync(draft, target);
  } finally {
    rmSync(lock, { force: true });
  }
}
