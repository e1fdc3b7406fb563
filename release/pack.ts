import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { create } from "tar";
import { entriesFingerprint, linkInRelease, PackedBefore, releaseEntries } from "./entries";
import { factsFile, type ReleaseFacts } from "./facts";

/** Version of the archive's form; another number packs every release again. */
const form = "4";

/** A packed app. */
export interface Release {
  /** SHA-256 sum of the archive, 64 hexadecimal digits: the name of the release on the hosts. */
  digest: string;
  /** Absolute path of the `.tar.gz` file. */
  archive: string;
}

/** A release that this machine packed, as far as its files still exist. */
export interface CachedRelease {
  /** Absolute path of the `.tar.gz` file. @default the file is gone */
  archive?: string;
  /** Facts about the release. @default not known */
  facts?: ReleaseFacts;
}

/**
 * Packs the content of `directory` into `<outputDirectory>/<digest>.tar.gz`, with the facts as the first
 * file, and writes the facts into `<digest>.json` beside it. The bytes depend on names, contents, executable
 * bits and facts alone, not on the path of the directory: entries are sorted, have no owner and one fixed time. An unchanged directory is not
 * packed again.
 *
 * @throws Error if the directory is empty, or contains links to targets outside of it.
 */
export function packRelease(
  directory: string,
  outputDirectory: string,
  facts?: ReleaseFacts,
): Release {
  const entries = releaseEntries(directory);
  if (entries.length === 0) {
    throw new Error(`app.path must hold the built app, got the empty directory ${directory}`);
  }
  mkdirSync(outputDirectory, { recursive: true });
  const before = new PackedBefore(outputDirectory);
  const seen = entriesFingerprint(directory, entries);
  const fingerprint = [form, resolve(directory), seen, JSON.stringify(facts ?? null)].join(" ");
  const known = before.digestOf(fingerprint);
  if (known !== undefined) {
    const { archive } = placesOf(outputDirectory, known);
    if (existsSync(archive)) return { digest: known, archive };
  }
  const draft = join(outputDirectory, `draft-${process.pid}`);
  try {
    if (facts) writeFileSync(`${draft}.json`, `${JSON.stringify(facts)}\n`);
    pack(directory, facts ? `${draft}.json` : undefined, entries, `${draft}.tar.gz`);
    const digest = createHash("sha256")
      .update(readFileSync(`${draft}.tar.gz`))
      .digest("hex");
    const { archive, record } = placesOf(outputDirectory, digest);
    if (facts) renameSync(`${draft}.json`, record);
    renameSync(`${draft}.tar.gz`, archive);
    before.remember({ fingerprint, digest }, directory, entries);
    return { digest, archive };
  } finally {
    for (const ending of [".json", ".tar.gz"]) rmSync(`${draft}${ending}`, { force: true });
  }
}

function pack(
  directory: string,
  factsPath: string | undefined,
  entries: readonly string[],
  file: string,
): void {
  const facts = factsPath === undefined ? [] : [relative(directory, factsPath)];
  const own = factsPath === undefined ? entries : entries.filter((name) => name !== factsFile);
  create(
    {
      sync: true,
      file,
      cwd: directory,
      // No owners, no access times, no operating system in gzip's header.
      portable: true,
      onWriteEntry: (entry) => {
        const { path, stat } = entry;
        if (path === facts[0]) entry.path = factsFile;
        if (path.startsWith(asName)) entry.path = path.slice(2);
        if (entry.type === "SymbolicLink") entry.linkpath = linkInRelease(directory, path)!;
        // Fixed permissions, independent of the umask of the build.
        if (stat) stat.mode = stat.isFile() && !(stat.mode & 0o100) ? 0o644 : 0o755;
      },
      gzip: { level: 6 },
      mtime: new Date(0),
      noDirRecurse: true,
      linkCache: new NoHardLinks(),
    },
    [...facts, ...own.map((name) => (name.startsWith("@") ? `./${name}` : name))],
  );
}

/** Memory of the library for hard links. Without one each is a file: equal trees are one release, linked or copied. */
class NoHardLinks extends Map<`${number}:${number}`, string> {
  override get(): undefined {
    return undefined;
  }
}

/** Beginning of a name that the library does not take for another archive: it reads `@name` as one to copy from. */
const asName = "./@";

/** The files in `outputDirectory` that still exist of a packed release. */
export function cachedRelease(outputDirectory: string, digest: string): CachedRelease {
  const { archive, record } = placesOf(outputDirectory, digest);
  return {
    ...(existsSync(archive) ? { archive } : {}),
    ...(existsSync(record)
      ? { facts: JSON.parse(readFileSync(record, "utf8")) as ReleaseFacts }
      : {}),
  };
}

function placesOf(outputDirectory: string, digest: string) {
  const path = join(outputDirectory, digest);
  return { archive: `${path}.tar.gz`, record: `${path}.json` };
}

/** Number of newest archives that stay, whatever their age. */
const newest = 10;

/** Age below which an archive stays, milliseconds. */
const keptMs = 30 * 24 * 3_600_000;

/**
 * Removes archives of releases that this machine packed long ago: each preview of an edited app packs one. The newest ten
 * stay, those younger than 30 days, and each one that a stack file names, as a pinned `app.release` does. Facts stay
 * beside removed archives: a rollback on the hosts shows them, and they are small.
 *
 * @param outputDirectory directory of the archives.
 *
 * @param projectRoot directory of the stack files.
 *
 * @param nowMs time since the epoch, milliseconds.
 */
export function pruneReleases(outputDirectory: string, projectRoot: string, nowMs: number): void {
  if (!existsSync(outputDirectory)) return;
  const stackFiles = readdirSync(projectRoot)
    .filter((name) => /^Pulumi\..*\.ya?ml$/.test(name))
    .map((name) => readFileSync(join(projectRoot, name), "utf8"));
  const archives = readdirSync(outputDirectory)
    .filter((name) => /^[0-9a-f]{64}\.tar\.gz$/.test(name))
    .map((name) => ({ name, atMs: timeOf(join(outputDirectory, name)) }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { name, atMs } of archives.slice(newest)) {
    const digest = name.slice(0, 64);
    const isNamed = stackFiles.some((text) => text.includes(digest));
    if (!isNamed && nowMs - atMs > keptMs) rmSync(join(outputDirectory, name), { force: true });
  }
}

/** Time of a file; another command may have removed the file meanwhile. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}
