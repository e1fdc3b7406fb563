import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import type * as Esbuild from "esbuild";

/** Options of esbuild that name entry points by files. */
export type BundleOptions = Esbuild.BuildOptions & { absWorkingDir: string };

/** Texts by path, relative to the working directory. */
export type Bundles = Record<string, string>;

interface Kept {
  /** Digest of how it was made. */
  way: string;
  /** Digests by path, relative to the working directory: files by content, folders by the names in them. */
  inputs: Record<string, string>;
  bundles: Bundles;
}

// esbuild is loaded only for a new bundle: esbuild takes a process of its own.
const load = createRequire(__filename);

/**
 * What esbuild makes with these options, without a call of it if nothing has changed since the bundles in the file
 * `keep` were made: esbuild, the options, each file that was read, and the names in each folder with such a file,
 * since a new name may be found first.
 *
 * @throws Error if a source does not compile.
 */
export function bundledOnce(options: BundleOptions, keep: string): Bundles {
  const { version } = load("esbuild/package.json") as { version: string };
  const way = digest(JSON.stringify([version, options]));
  const kept = read(keep);
  if (kept?.way === way && isUpToDate(options.absWorkingDir, kept.inputs)) return kept.bundles;
  const made = bundled(options);
  write(keep, JSON.stringify({ way, ...made } satisfies Kept));
  return made.bundles;
}

/** Writes a file whole or not at all. A folder that may not be written to costs time and is no error. */
function write(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    return;
  }
}

/** What esbuild makes with these options, and of what. @throws Error if a source does not compile. */
export function bundled(options: BundleOptions): Omit<Kept, "way"> {
  const { buildSync } = load("esbuild") as typeof Esbuild;
  const root = options.absWorkingDir;
  const { outputFiles, metafile } = buildSync({ ...options, write: false, metafile: true });
  const paths = withSurroundings(Object.keys(metafile.inputs));
  return {
    inputs: Object.fromEntries(paths.map((path) => [path, stateOf(`${root}/${path}`)])),
    bundles: Object.fromEntries(outputFiles.map(({ path, text }) => [relative(root, path), text])),
  };
}

/** Root of a package in the path of one of its files. */
const packageRoot = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The files with their folders, and with the descriptions and folders of the packages that they are of. */
function withSurroundings(files: readonly string[]): string[] {
  const packages = [...new Set(files.flatMap((file) => packageRoot.exec(file) ?? []))];
  const descriptions = packages.map((folder) => join(folder, "package.json"));
  return [...new Set([...files, ...files.map(dirname), ...packages, ...descriptions])];
}

function isUpToDate(root: string, inputs: Kept["inputs"]): boolean {
  return Object.entries(inputs).every(([path, state]) => stateOf(`${root}/${path}`) === state);
}

/** Digest of a file's content or of the names in a folder; empty: there is neither. */
function stateOf(path: string): string {
  try {
    return digest(readFileSync(path));
  } catch {
    return existsSync(path) ? digest(readdirSync(path).sort().join("\0")) : "";
  }
}

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch {
    return undefined;
  }
}

function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
