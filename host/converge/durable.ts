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

/** Brings to the disk what was done to a file's content, or to the names in a directory. */
function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a directory and those above it; they are on the disk when this returns. */
export function makeDirectory(path: string, mode = 0o755): void {
  const first = mkdirSync(path, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) sync(dirname(made));
}

/** Where a path's next content is made, beside it. A run that was cut off may leave it. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.webstack`);
}

/**
 * Puts what `make` makes at a draft's path in place of a path, in one step.
 *
 * @throws Error naming the path; what was there before stays.
 */
export function swapIn(path: string, make: (draft: string) => void): void {
  const draft = draftOf(path);
  try {
    rmSync(draft, { force: true });
    make(draft);
    renameSync(draft, path);
    sync(dirname(path));
  } catch (error) {
    throw new Error(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
  } finally {
    // Also after a rename: one of two names of the same file does nothing and leaves both.
    rmSync(draft, { force: true });
  }
}

/** Removes a file, and what a run that was cut off left beside it. */
export function removeDurably(path: string): void {
  if (!existsSync(dirname(path))) return;
  rmSync(draftOf(path), { force: true });
  rmSync(path, { force: true });
  sync(dirname(path));
}

/**
 * Makes `to` the same as `from`, be it a file or a link: a second name for it, which needs no room
 * on a full disk; on another filesystem a copy with owner, group and mode.
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
