import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { findOnPath } from "./choice";
import { isAtLeast } from "./versions";

const run = promisify(execFile);

/** A Go compiler. */
export interface Go {
  /** Absolute path of the command. */
  command: string;
  /** Version such as `1.26.8`. */
  version: string;
  /** Value of GOTOOLCHAIN: `local` = never replaced by a newer one from the module proxy. */
  toolchain: string;
}

/** The `go` line of a go.mod: the oldest compiler that may build it. */
export function neededGo(goMod: string): string {
  return /^go (\S+)$/m.exec(goMod)?.[1] ?? "1.21";
}

/**
 * Why `go` cannot build what needs version `needed`; `undefined` if it can. From 1.21 on an older
 * compiler fetches the one it needs, unless told to stay local: https://go.dev/doc/toolchain
 */
export function goProblem(go: Go | undefined, needed: string): string | undefined {
  const fix = `install Go ${needed} or newer (https://go.dev/dl, Debian and Ubuntu: golang-go) or an official pulumi with its plugins`;
  if (go === undefined) return `the engine is built with Go, and there is no go command; ${fix}`;
  if (isAtLeast(go.version, needed)) return undefined;
  if (!isAtLeast(go.version, "1.21")) {
    return `the engine needs Go ${needed}, ${go.command} is ${go.version} and cannot fetch it; ${fix}`;
  }
  if (!go.toolchain.startsWith("local")) return undefined;
  return `the engine needs Go ${needed}, ${go.command} is ${go.version} and GOTOOLCHAIN=${go.toolchain} forbids to fetch it; ${fix} or set GOTOOLCHAIN=auto`;
}

/** The go command on the search path or where Go and Debian put it, newest Debian one first. */
export async function findGo(env: NodeJS.ProcessEnv): Promise<Go | undefined> {
  const versioned = readdirSync("/usr/lib", { encoding: "utf8" })
    .filter((folder) => /^go-1\.\d+$/.test(folder))
    .sort((a, b) => Number(b.split(".")[1]) - Number(a.split(".")[1]))
    .map((folder) => join("/usr/lib", folder, "bin"));
  const folders = [env.PATH ?? "", "/usr/local/go/bin", ...versioned].join(delimiter);
  const command = findOnPath("go", folders);
  if (command === undefined) return undefined;
  // Away from any go.mod, whose go line could switch the compiler.
  const { stdout } = await run(command, ["env", "GOVERSION", "GOTOOLCHAIN"], {
    cwd: tmpdir(),
    env,
    timeout: 30_000,
  });
  const [version = "", toolchain = ""] = stdout.split("\n");
  return { command, version: version.replace(/^go/, ""), toolchain };
}
