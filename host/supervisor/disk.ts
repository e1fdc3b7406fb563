import { statfsSync } from "node:fs";

/** Fullest that the data's file system may be, and the room that is enough however large it is. */
const fullest = 0.9;
const enoughBytes = 4 * 2 ** 30;

/** True if the disk at `path` is nearly full. A full disk of one member can stall the whole group. */
export function isNearlyFull(path: string): boolean {
  try {
    const { bavail, blocks, bsize } = statfsSync(path);
    return bavail < blocks * (1 - fullest) && bavail * bsize < enoughBytes;
  } catch {
    return false;
  }
}
