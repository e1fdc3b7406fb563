/** Content of the JSON file beside saved transactions. */
export interface Saved {
  /** GTID set of the transactions. */
  gtids: string;
  /** Why the data was replaced. */
  reason: string;
  /** Node whose data replaced them. */
  donor: string;
  /** Time of saving, by the wall clock, as ISO 8601 in UTC. */
  savedAt: string;
  /** Size of the file with the transactions. */
  bytes: number;
}

/** Saved transactions with their file name and number. */
export interface SavedFile extends Saved {
  /** Rises by one with each file, whatever the clock says. */
  number: number;
  /** Name of both files, without extension. */
  name: string;
}

/** Days that transactions are kept: calendar days, in which an operator has time to look. */
const keptDays = 14;
/** Number of newest files that are kept whatever their age. */
const keptCount = 5;
/** Limit for all files together: bytes, and a share of the disk. */
const most = { bytes: 2 * 2 ** 30, share: 0.05 };
/** Free space that is left to MySQL and to the system, bytes. */
const leftFree = 256 * 2 ** 20;

/**
 * The file that may be deleted now; undefined: none. It is the oldest by number, so that a clock that was
 * wrong when a file was saved cannot make a newer file go first. Only one is deleted at a time, so that a
 * clock that is wrong now cannot make all go at once.
 */
export function expired(files: readonly SavedFile[], nowMs: number): SavedFile | undefined {
  const [oldest] = [...files].sort((a, b) => a.number - b.number);
  if (!oldest || files.length <= keptCount) return undefined;
  const ageMs = nowMs - Date.parse(oldest.savedAt);
  return ageMs > keptDays * 86_400_000 ? oldest : undefined;
}

/** Sizes of a file system as `statfs` reports them. */
export interface FileSystemSizes {
  bavail: number;
  blocks: number;
  bsize: number;
}

/** Bytes that one more file may take; less than 1: none. */
export function allowance(
  files: readonly SavedFile[],
  { bavail, blocks, bsize }: FileSystemSizes,
): number {
  const used = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const bound = Math.min(most.bytes, blocks * bsize * most.share);
  return Math.floor(Math.min(bound - used, bavail * bsize - leftFree));
}
