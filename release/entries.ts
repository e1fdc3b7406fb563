import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";

/**
 * Names of directories that no release contains. Python's compiled copies hold times, so two builds of the same source
 * would be two releases, and no host uses them. `.webstack` has keys and earlier releases.
 */
const leftOut = new Set(["__pycache__", ".webstack"]);

/** The history of Git; in a worktree or submodule a file with its place on this machine. */
const gitFile = ".git";

/**
 * All entries below `directory` as relative paths, sorted by code point, without Python's compiled copies and without
 * `.git` and `.webstack`. A link is one entry, whatever its target.
 *
 * @throws Error that names all links to targets outside of the directory: these targets do not exist on a host.
 */
export function releaseEntries(directory: string): string[] {
  const found: string[] = [];
  const strays: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      if (entry.name === gitFile || (leftOut.has(entry.name) && entry.isDirectory())) continue;
      const path = join(folder, entry.name);
      checkName(directory, path);
      found.push(path);
      if (entry.isDirectory()) walk(path);
      else if (entry.isSymbolicLink() && linkInRelease(directory, path) === undefined)
        strays.push(path);
    }
  };
  walk("");
  if (strays.length > 0) {
    const shown = strays.slice(0, 5).map((path) => `${path} -> ${targetOf(directory, path)}`);
    throw new Error(
      `app.path must hold no links that lead out of it, got ${strays.length} in ${directory}: ` +
        `${shown.join(", ")}; ${copiesHint(strays)}`,
    );
  }
  return found.sort(byCodePoint);
}

/** Refuses a name that is not UTF-8: Node.js reads such bytes as U+FFFD, and finds no file of that name. */
function checkName(directory: string, path: string): void {
  if (!path.includes("\ufffd") || lstatSync(join(directory, path), { throwIfNoEntry: false }))
    return;
  throw new Error(
    `app.path must hold names in UTF-8 only, got ${JSON.stringify(path)} in ${directory}; rename that file, for example with ` +
      "convmv, or let app.build leave it out",
  );
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

/**
 * The target of a link in the release, whose directory has another path on a host: a relative target below the directory
 * stays as it is, one that names the directory itself becomes relative to the link. Undefined if it leads out.
 *
 * @param path the link, relative to `directory`.
 */
export function linkInRelease(directory: string, path: string): string | undefined {
  const target = targetOf(directory, path);
  if (!isAbsolute(target) && !leadsOut(normalize(join(dirname(path), target)))) return target;
  const whole = resolve(directory, dirname(path), target);
  // A package manager may name the directory by its real path, or as it was given.
  for (const root of [resolve(directory), realpathSync(directory)]) {
    const inside = relative(root, whole);
    if (!leadsOut(inside)) return relative(dirname(path), inside || ".") || ".";
  }
  return undefined;
}

function leadsOut(path: string): boolean {
  return path.split(sep)[0] === "..";
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Number of remembered releases. */
const most = 50;

/** Age from which a file's times show a later write, milliseconds: two writes within one tick have equal times. */
const settledMs = 2_000;

interface Packed {
  fingerprint: string;
  digest: string;
}

/** Earlier releases in a directory, by the fingerprint of their entries. */
export class PackedBefore {
  private readonly file: string;

  constructor(outputDirectory: string) {
    this.file = join(outputDirectory, "packed.json");
  }

  /** Digest of the release with this fingerprint; undefined if unknown. */
  digestOf(fingerprint: string): string | undefined {
    return this.read().find((one) => one.fingerprint === fingerprint)?.digest;
  }

  /** Remembers a release, unless an entry is so new that its times may not show the next edit. */
  remember(packed: Packed, directory: string, entries: readonly string[]): void {
    const newest = Math.max(...entries.map((path) => lstatSync(join(directory, path)).ctimeMs));
    if (Date.now() - newest < settledMs) return;
    const others = this.read().filter(({ fingerprint }) => fingerprint !== packed.fingerprint);
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify([packed, ...others].slice(0, most), null, 2)}\n`);
    renameSync(draft, this.file);
  }

  /** Reads the remembered releases; none from an unreadable file, so that the release is packed again. */
  private read(): Packed[] {
    if (!existsSync(this.file)) return [];
    try {
      return JSON.parse(readFileSync(this.file, "utf8")) as Packed[];
    } catch {
      return [];
    }
  }
}

/**
 * Refuses a release with this project in it: its keys, its stack files and the releases packed before would go to every
 * app node and web node, and each packing would change the next one.
 *
 * @param path directory of the app, which need not exist yet.
 * @param projectRoot directory of `Pulumi.yaml`.
 * @throws Error if the directory is the project's, or contains it.
 */
export function checkOwnDirectory(path: string, projectRoot: string): void {
  const inside = relative(realPath(path), realPath(projectRoot));
  if (inside.split(sep)[0] === "..") return;
  const found = inside === "" ? "is this project" : `contains this project as ${inside}`;
  throw new Error(
    `webstack:app.path must be a directory without this project, got ${path}, which ${found}: its keys and stack files ` +
      "would go to every node; let app.build copy the app into a directory of its own, such as dist/release, and name that one " +
      "(docs/your-app.md, Workspaces)",
  );
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
