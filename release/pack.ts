import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { create } from "tar";
import { PackedBefore } from "./packed-before";
import { entriesFingerprint, releaseEntries } from "./entries";

/** Says how a release is packed; another number makes every release anew. */
const form = "1";

/** A packed app. */
export interface Release {
  /** SHA-256 sum of the archive, 64 hexadecimal digits: the name of the release on the hosts. */
  digest: string;
  /** Absolute path of the .tar.gz file. */
  archive: string;
}

/**
 * Packs the content of `directory` into `<outputDirectory>/<digest>.tar.gz`. The bytes depend on
 * names, contents and executable bits alone: entries are sorted, owned by nobody in particular
 * and of one fixed time. A directory in which nothing was written since is not packed again.
 *
 * @throws Error if the directory is empty, or holds links that lead out of it.
 */
export function packRelease(directory: string, outputDirectory: string): Release {
  const entries = releaseEntries(directory);
  if (entries.length === 0) {
    throw new Error(`app.path must hold the built app, got the empty directory ${directory}`);
  }
  mkdirSync(outputDirectory, { recursive: true });
  const before = new PackedBefore(outputDirectory);
  const seen = entriesFingerprint(directory, entries);
  const fingerprint = [form, resolve(directory), seen].join(" ");
  const known = before.digestOf(fingerprint);
  const place = (digest: string) => join(outputDirectory, `${digest}.tar.gz`);
  if (known !== undefined && existsSync(place(known)))
    return { digest: known, archive: place(known) };
  const draft = join(outputDirectory, `draft-${process.pid}.tar.gz`);
  create(
    {
      sync: true,
      file: draft,
      cwd: directory,
      // No owners, no access times, no operating system in gzip's header.
      portable: true,
      onWriteEntry: ({ stat }) => {
        // Permissions without the umask of whoever built the app.
        if (stat) stat.mode = stat.isFile() && !(stat.mode & 0o100) ? 0o644 : 0o755;
      },
      gzip: { level: 6 },
      mtime: new Date(0),
      noDirRecurse: true,
    },
    entries,
  );
  const digest = createHash("sha256").update(readFileSync(draft)).digest("hex");
  const archive = place(digest);
  renameSync(draft, archive);
  before.remember({ fingerprint, digest }, directory, entries);
  return { digest, archive };
}
