import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes read at once. */
const chunkBytes = 1 << 20;

/** Files below a folder; a file that vanishes meanwhile is left out. */
export function filesBelow(folder: string, skip: readonly string[] = []): string[] {
  if (skip.includes(folder)) return [];
  const entries = (() => {
    try {
      return readdirSync(folder, { withFileTypes: true });
    } catch {
      return [];
    }
  })();
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, skip);
    return entry.isFile() ? [path] : [];
  });
}

/** True if a file has the text; false if the file vanished. */
export function fileHas(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    const buffer = Buffer.alloc(chunkBytes + text.length);
    for (let at = 0; ; at += chunkBytes) {
      const length = readSync(file, buffer, 0, buffer.length, at);
      if (buffer.subarray(0, length).includes(text)) return true;
      if (length < buffer.length) return false;
    }
  } finally {
    closeSync(file);
  }
}

/** Files with the text, and how many bytes were looked at. */
export function search(folders: readonly string[], text: string, skip: readonly string[] = []) {
  const files = folders.flatMap((folder) => filesBelow(folder, skip));
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    found: files.filter((path) => fileHas(path, text)),
    files: files.length,
    bytes: files.reduce((sum, path) => sum + sizeOf(path), 0),
  };
}

/** Arguments of all processes that have the text, by their ids. */
export function argumentsWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`).includes(text);
      } catch {
        return false;
      }
    });
}
