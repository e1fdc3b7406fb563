import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * All entries below `directory` as relative paths, sorted by code point, without Python's compiled copies. A link is one entry, whatever
 * its target.
 *
 * @throws Error that names all links to targets outside of the directory: these targets do not exist on a host.
 */
export function releaseEntries(directory: string): string[] {
  const found: string[] = [];
  const strays: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      // Python's own copies hold times, so two builds of the same source would be two releases; no host uses them.
      if (entry.name === "__pycache__" && entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      found.push(path);
      if (entry.isDirectory()) walk(path);
      else if (entry.isSymbolicLink() && leadsOut(directory, path)) strays.push(path);
    }
  };
  walk("");
  if (strays.length > 0) {
    const told = strays.slice(0, 5).map((path) => `${path} -> ${targetOf(directory, path)}`);
    throw new Error(
      `app.path must hold no links that lead out of it, got ${strays.length} in ${directory}: ` +
        `${told.join(", ")}; ${copiesHint(strays)}`,
    );
  }
  return found.sort(byCodePoint);
}

/**
 * A text that differs after an entry is added, removed or written. It is made of sizes, times and
 * modes, not of contents.
 */
export function entriesFingerprint(directory: string, entries: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of entries) {
    const { size, mode, mtimeMs, ctimeMs, ino } = lstatSync(join(directory, path));
    hash.update(`${path}\0${size} ${mode} ${mtimeMs} ${ctimeMs} ${ino}\n`);
  }
  return hash.digest("hex");
}

/** How to get copies; package managers link the packages of a workspace. */
function copiesHint(strays: readonly string[]): string {
  if (!strays.some((path) => path.split(sep).includes("node_modules"))) return "put copies there";
  return (
    "put copies there: for a package of a workspace let app.build make the directory, with pnpm by " +
    "pnpm --filter <package> --config.node-linker=hoisted deploy --prod --legacy <directory>"
  );
}

function targetOf(directory: string, path: string): string {
  return readlinkSync(join(directory, path));
}

function leadsOut(directory: string, path: string): boolean {
  const target = resolve(directory, dirname(path), targetOf(directory, path));
  return relative(resolve(directory), target).split(sep)[0] === "..";
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
