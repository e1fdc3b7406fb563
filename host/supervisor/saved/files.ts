import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Saved, SavedFile } from "./retention";

/** Where saved transactions are; only the supervisor's user and root come in. */
export const savedFolder = "/var/lib/webstack-supervisor/saved";

/** What has been saved, in order. A file without its other half is none. */
export async function listSaved(folder = savedFolder): Promise<SavedFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((file) => /-\d+\.json$/.test(file));
  const files = await Promise.all(
    names.map(async (file) => {
      const said = JSON.parse(await readFile(join(folder, file), "utf8")) as Saved;
      const name = file.slice(0, -".json".length);
      return { ...said, name, number: Number(/\d+$/.exec(name)![0]) };
    }),
  );
  return files.sort((a, b) => a.number - b.number);
}

/** Deletes a file of transactions, and then what says that it is there. */
export async function removeSaved(name: string, folder = savedFolder): Promise<void> {
  await rm(join(folder, `${name}.sql`), { force: true });
  await rm(join(folder, `${name}.json`), { force: true });
}

/**
 * Writes a file that is whole, and on disk, once it has its name. Returns its size, bytes.
 *
 * @throws Error if it would be larger than `mostBytes`, or cannot be written; nothing is left then.
 */
export async function writeWhole(
  path: string,
  chunks: AsyncIterable<Buffer | string>,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<number> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > mostBytes) throw new Error(`they take more than the ${mostBytes} bytes of room`);
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

/** Puts the names in a folder on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
