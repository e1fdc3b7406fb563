import { statfsSync } from "node:fs";

/** How much room the file system of the data has. */
export interface Room {
  /** Nearly full: a full disk of one member can stall the whole group. */
  full: boolean;
  /** So full that the next write may fail. */
  spent: boolean;
}

/** Sizes of a file system as `statfs` says them. */
export interface FileSystem {
  bavail: number;
  blocks: number;
  bsize: number;
}

/** Least share that is to be free, and the room that is enough however large the disk is. */
const least = { full: { share: 0.1, bytes: 4 * 2 ** 30 }, spent: { share: 0.03, bytes: 2 ** 30 } };
/** So many times of that must be free before a disk counts as one with room again. */
const again = 1.3;

/** Judges a file system; who is short of room stays so until there is clearly more. */
export function judge({ bavail, blocks, bsize }: FileSystem, before: Room): Room {
  const isShort = (level: keyof Room) => {
    const factor = before[level] ? again : 1;
    const { share, bytes } = least[level];
    return bavail < blocks * share * factor && bavail * bsize < bytes * factor;
  };
  return { full: isShort("full"), spent: isShort("spent") };
}

/** Judges the file system at `path`; as before if it cannot be asked. */
export function roomAt(path: string, before: Room): Room {
  try {
    return judge(statfsSync(path), before);
  } catch {
    return before;
  }
}
