import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Directory of saved transactions; only the supervisor's user and root may enter. */
export const savedFolder = "/var/lib/webstack-supervisor/saved";

/** Saved transactions in order. A `.sql` file without its `.json` file does not count. */
export async function listSaved(folder = savedFolder): Promise<SavedFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((file) => /-\d+\.json$/.test(file));
  const files = await Promise.all(
    names.map(async (file) => {
      const description = JSON.parse(await readFile(join(folder, file), "utf8")) as Saved;
      const name = file.slice(0, -".json".length);
      return { ...description, name, number: Number(/\d+$/.exec(name)![0]) };
    }),
  );
  return files.sort((a, b) => a.number - b.number);
}

/** Deletes a file of transactions, then its description. */
export async function removeSaved(name: string, folder = savedFolder): Promise<void> {
  await rm(join(folder, `${name}.sql`), { force: true });
  await rm(join(folder, `${name}.json`), { force: true });
}

/**
 * Writes a file that appears under its name only when it is complete and on disk. Returns its size, bytes.
 *
 * @throws Error if it would exceed `mostBytes` or cannot be written; no file is left then.
 */
export async function writeComplete(
  path: string,
  chunks: AsyncIterable<Buffer | string>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<number> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > maxBytes)
        throw new Error(`the transactions need more than the ${maxBytes} bytes that are allowed`);
      await file.writeFile(chunk);
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
  await file.close();
  await rename(draft, path);
  return bytes;
}

/** Syncs a directory, so that its file names are on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

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
const max = { bytes: 2 * 2 ** 30, share: 0.05 };
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
  const bound = Math.min(max.bytes, blocks * bsize * max.share);
  return Math.floor(Math.min(bound - used, bavail * bsize - leftFree));
}
