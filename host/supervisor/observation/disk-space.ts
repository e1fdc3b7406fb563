import { statfsSync } from "node:fs";

/** Free space on the file system of the data. */
export interface DiskSpace {
  /** True if nearly full: one member with a full disk can stall the whole group. */
  full: boolean;
  /** True if so full that the next write may fail. */
  spent: boolean;
}

/** Sizes of a file system as `statfs` reports them. */
export interface FileSystemSizes {
  bavail: number;
  blocks: number;
  bsize: number;
}

/** Least free share of the disk, and the free bytes that suffice on any disk. */
const min = { full: { share: 0.1, bytes: 4 * 2 ** 30 }, spent: { share: 0.03, bytes: 2 ** 30 } };
/** Factor on these limits above which a disk counts as having space again: hysteresis. */
const again = 1.3;

function leastBytes(
  level: keyof DiskSpace,
  { blocks, bsize }: Pick<FileSystemSizes, "blocks" | "bsize">,
): number {
  const { share, bytes } = min[level];
  return Math.min(blocks * bsize * share, bytes);
}

/** Free bytes with which no disk of that size is nearly full, not even one that was. */
export function ampleBytes(sizes: Pick<FileSystemSizes, "blocks" | "bsize">): number {
  return Math.ceil(leastBytes("full", sizes) * again);
}

/** Assesses a file system; a disk that was short of space stays so until clearly more is free. */
export function assessDisk(
  { bavail, blocks, bsize }: FileSystemSizes,
  before: DiskSpace,
): DiskSpace {
  const isShort = (level: keyof DiskSpace) => {
    const factor = before[level] ? again : 1;
    return bavail * bsize < leastBytes(level, { blocks, bsize }) * factor;
  };
  return { full: isShort("full"), spent: isShort("spent") };
}

/** Assesses the file system at `path`; returns `before` if `statfs` fails. */
export function diskSpaceAt(path: string, before: DiskSpace): DiskSpace {
  try {
    return assessDisk(statfsSync(path), before);
  } catch {
    return before;
  }
}
