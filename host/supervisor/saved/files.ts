import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Saved, SavedFile } from "./retention";

/** Directory of saved transactions; only the supervisor's user and root may enter. */
export const savedFolder = "/var/lib/webstack-supervisor/saved";

/** Saved transactions in order. A `.sql` file without its `.json` file does not count. */
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
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<number> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > mostBytes)
        throw new Error(`the transactions need more than the ${mostBytes} bytes that are allowed`);
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
