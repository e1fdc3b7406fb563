import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Syncs a file's content or a directory's entries to disk. */
function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Creates a directory and its parents, and syncs them to disk. */
export function makeDirectory(path: string, mode = 0o755): void {
  const first = mkdirSync(path, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) sync(dirname(made));
}

/** Path of the temporary file beside `path`. An interrupted run may leave it behind. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.webstack`);
}

/**
 * Creates a file with `make` at a temporary path and renames it to `path`.
 *
 * @throws Error naming the path; the previous file stays.
 */
export function replaceAtomically(path: string, make: (draft: string) => void): void {
  const draft = draftOf(path);
  try {
    rmSync(draft, { force: true });
    make(draft);
    renameSync(draft, path);
    sync(dirname(path));
  } catch (error) {
    throw new Error(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
  } finally {
    // Needed after a rename too: renaming one hard link of a file over another does nothing and leaves both.
    rmSync(draft, { force: true });
  }
}

/** Removes a file, and the temporary file of an interrupted run. */
export function removeDurably(path: string): void {
  if (!existsSync(dirname(path))) return;
  rmSync(draftOf(path), { force: true });
  rmSync(path, { force: true });
  sync(dirname(path));
}

/**
 * Duplicates a file or symbolic link: as a hard link, which needs no disk space; on another filesystem as
 * a copy with owner, group and mode.
 */
export function duplicate(from: string, to: string): void {
  const { uid, gid, mode } = lstatSync(from);
  if ((mode & constants.S_IFMT) === constants.S_IFLNK) return symlinkSync(readlinkSync(from), to);
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    chownSync(to, uid, gid);
    chmodSync(to, mode & 0o7777);
  }
  sync(to);
}
