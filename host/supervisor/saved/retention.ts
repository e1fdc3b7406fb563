/** What stands in the JSON file beside saved transactions. */
export interface Saved {
  /** GTID set of the transactions. */
  gtids: string;
  /** Why all data was replaced. */
  reason: string;
  /** Node whose data replaced them. */
  donor: string;
  /** When, by the wall clock, as ISO 8601 in UTC. */
  savedAt: string;
  /** Size of the file with the transactions. */
  bytes: number;
}

/** Saved transactions with their place in the order. */
export interface SavedFile extends Saved {
  /** Rises by one with each file, whatever the clock says. */
  number: number;
  /** Name of both files, without an ending. */
  name: string;
}

/** Days that transactions are kept: days of the calendar, in which an operator comes to look. */
const keptDays = 14;
/** So many of the newest are kept however old they are. */
const keptCount = 5;
/** Most that all of them may take: bytes, and a share of the disk. */
const most = { bytes: 2 * 2 ** 30, share: 0.05 };
/** Room on the disk that is left to MySQL and to the system, bytes. */
const leftFree = 256 * 2 ** 20;

/**
 * The one that may be deleted now; undefined: none. It is the oldest by its number, so that a clock
 * which was wrong when a file was made cannot make a newer one go first; and it is one at a time, so
 * that a clock which is wrong now cannot make all go at once.
 */
export function expired(files: readonly SavedFile[], nowMs: number): SavedFile | undefined {
  const [oldest] = [...files].sort((a, b) => a.number - b.number);
  if (!oldest || files.length <= keptCount) return undefined;
  const ageMs = nowMs - Date.parse(oldest.savedAt);
  return ageMs > keptDays * 86_400_000 ? oldest : undefined;
}

/** Sizes of a file system as `statfs` says them. */
export interface Sizes {
  bavail: number;
  blocks: number;
  bsize: number;
}

/** How much one more file may take, bytes; less than 1: nothing fits. */
export function allowance(files: readonly SavedFile[], { bavail, blocks, bsize }: Sizes): number {
  const used = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const bound = Math.min(most.bytes, blocks * bsize * most.share);
  return Math.floor(Math.min(bound - used, bavail * bsize - leftFree));
}
