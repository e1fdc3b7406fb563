import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { create } from "tar";

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
 * and of one fixed time.
 *
 * @throws Error if the directory is empty.
 */
export function packRelease(directory: string, outputDirectory: string): Release {
  const entries = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort(byCodePoint);
  if (entries.length === 0) {
    throw new Error(`app.path must hold the built app, got the empty directory ${directory}`);
  }
  mkdirSync(outputDirectory, { recursive: true });
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
      gzip: { level: 9 },
      mtime: new Date(0),
      noDirRecurse: true,
    },
    entries,
  );
  const digest = createHash("sha256").update(readFileSync(draft)).digest("hex");
  const archive = join(outputDirectory, `${digest}.tar.gz`);
  renameSync(draft, archive);
  return { digest, archive };
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
