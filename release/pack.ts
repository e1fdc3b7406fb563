import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { create } from "tar";
import { entriesFingerprint, releaseEntries } from "./entries";
import { factsFile, type ReleaseFacts } from "./facts";
import { PackedBefore } from "./packed-before";

/** Says how a release is packed; another number makes every release anew. */
const form = "2";

/** A packed app. */
export interface Release {
  /** SHA-256 sum of the archive, 64 hexadecimal digits: the name of the release on the hosts. */
  digest: string;
  /** Absolute path of the .tar.gz file. */
  archive: string;
}

/** A release that was packed here, as far as it still is here. */
export interface KeptRelease {
  /** Absolute path of the .tar.gz file. @default it is gone */
  archive?: string;
  /** What it says of itself. @default not known */
  facts?: ReleaseFacts;
}

/**
 * Packs the content of `directory` into `<outputDirectory>/<digest>.tar.gz`, with its facts as the first
 * file, and keeps these as `<digest>.json` beside it. The bytes depend on names, contents, executable
 * bits and facts alone: entries are sorted, owned by nobody in particular and of one fixed time. A
 * directory in which nothing was written since is not packed again.
 *
 * @throws Error if the directory is empty, or holds links that lead out of it.
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
        // Permissions without the umask of whoever built the app.
        if (stat) stat.mode = stat.isFile() && !(stat.mode & 0o100) ? 0o644 : 0o755;
      },
      gzip: { level: 6 },
      mtime: new Date(0),
      noDirRecurse: true,
    },
    [...facts, ...own],
  );
}

/** What is still here of a release that was packed into `outputDirectory`. */
export function keptRelease(outputDirectory: string, digest: string): KeptRelease {
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
