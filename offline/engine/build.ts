import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findGo, goProblem, neededGo, type Go } from "./go";
import { withLock } from "./lock";

const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Longest build; 3 min 20 s on two cores with nothing cached. */
const buildTimeoutMs = 30 * 60_000;

/** How often a running build is reported. */
const reportMs = 15_000;

/** Lines of the compiler's output that an error carries. */
const tailLines = 20;

/** Folder with go.mod and go.sum of the CLI. */
const moduleFolder = __dirname;

/** Where and how {@link buildCli} works. */
export interface BuildCliOptions {
  /** Folder that keeps one folder for each state of the module. */
  cache: string;
  /** Receives one line at a time. */
  progress: (line: string) => void;
}

/** The cache of built engines: `$XDG_CACHE_HOME/webstack/engine`, by default below `~/.cache`. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webstack", "engine");
}

/** Version of the CLI that go.mod names, such as `v3.257.0`. */
export function cliVersion(goMod: string): string {
  const version = /github\.com\/pulumi\/pulumi\/pkg\/v3 (v\S+)/.exec(goMod)?.[1];
  if (version === undefined) throw new Error("offline/engine/go.mod must require pulumi/pkg/v3");
  return version;
}

/** Arguments of `go` that build the CLI into `output`. */
export function buildArguments(version: string, output: string): string[] {
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  return [
    "build",
    "-v",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    `-ldflags=-s -w -X ${versionVariable}=${version}`,
    "-o",
    output,
    cliPackage,
  ];
}

/** Name of the cache folder: changes when the module, the way of building or the machine's kind does. */
export function contentHash(goMod: string, goSum: string): string {
  const parts = [goMod, goSum, ...buildArguments(cliVersion(goMod), ""), process.arch];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

/**
 * Folder whose `bin/pulumi` is the CLI, built if the cache lacks it. The result appears under its
 * name only when it is whole, so an interrupted build leaves nothing that a later run would use.
 *
 * @throws Error if Go is missing or too old, or the build fails, with the end of its output.
 */
export async function buildCli({ cache, progress }: BuildCliOptions): Promise<string> {
  const goMod = readFileSync(join(moduleFolder, "go.mod"), "utf8");
  const goSum = readFileSync(join(moduleFolder, "go.sum"), "utf8");
  const root = join(cache, contentHash(goMod, goSum));
  const isBuilt = () => existsSync(join(root, "bin", "pulumi"));
  if (isBuilt()) return root;
  const go = await findGo(process.env);
  const problem = goProblem(go, neededGo(goMod));
  if (problem) throw new Error(problem);
  const waiting = (holder: number) => progress(`engine: process ${holder} builds it; waiting`);
  return withLock(`${root}.lock`, { timeoutMs: buildTimeoutMs, waiting }, async () => {
    if (isBuilt()) return root;
    await build(go!, root, cliVersion(goMod), progress);
    return root;
  });
}

async function build(
  go: Go,
  root: string,
  version: string,
  progress: (line: string) => void,
): Promise<void> {
  const draft = `${root}.building`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, "bin"), { recursive: true });
  // In a copy: the checkout may be read-only, and go may want to touch its files.
  for (const file of ["go.mod", "go.sum"]) {
    copyFileSync(join(moduleFolder, file), join(draft, file));
  }
  progress(`engine: building pulumi ${version} with Go ${go.version}, some 4 minutes, once`);
  await compile(go, draft, buildArguments(version, join(draft, "bin", "pulumi")), progress);
  renameSync(draft, root);
}

function compile(
  go: Go,
  folder: string,
  args: string[],
  progress: (line: string) => void,
): Promise<void> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const output: string[] = [];
  return new Promise((done, failed) => {
    const child = spawn(go.command, args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: buildTimeoutMs,
    });
    const endChild = () => child.kill();
    process.once("exit", endChild);
    const timer = setInterval(() => {
      progress(
        `engine: ${seconds()} s, ${output.length} packages, last ${output.at(-1) ?? "none"}`,
      );
    }, reportMs);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.push(...text.split("\n").filter((line) => line !== ""));
    });
    child.on("error", failed);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      process.off("exit", endChild);
      if (code === 0) return done();
      const tail = output.slice(-tailLines).join("\n");
      failed(new Error(`go build ended with ${signal ?? code} after ${seconds()} s:\n${tail}`));
    });
  });
}
