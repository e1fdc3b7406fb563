import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "../allowed";
import type { Matcher } from "../matcher";
import { searchFile } from "./packed";
import { bySecret, type ScanOrder, type ScanResult } from "./result";

/** Size of the largest files that are read, bytes; larger ones are reported. */
const largest = 8 * 2 ** 30;

/** Names of users by number. */
export function userNames(file = "/etc/passwd"): (uid: number) => string {
  const names = new Map<number, string>();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [name, , uid] = line.split(":");
    if (name && uid && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return (uid) => names.get(uid) ?? String(uid);
}

/** Regular files below a folder, or the path itself if it is a file; links are not followed. */
export function* regularFiles(folder: string, skip: readonly string[]): Generator<string> {
  if (skip.includes(folder)) return;
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") yield folder;
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* regularFiles(path, skip);
    // Journals are compressed; the output of journalctl is searched instead.
    else if (entry.isFile() && !/\.journal~?$/.test(path)) yield path;
  }
}

/** Searches all files below the folders. */
export async function scanFiles(
  matcher: Matcher,
  { roots, skip, files: rules }: Pick<ScanOrder, "roots" | "skip" | "files">,
  result: ScanResult,
): Promise<void> {
  const nameOf = userNames();
  for (const path of roots.flatMap((root) => [...regularFiles(root, skip)])) {
    try {
      const { uid, mode, size } = lstatSync(path);
      if (size > largest) {
        result.missed.push(`${path} has ${size} bytes and is not read`);
        continue;
      }
      const patterns = await searchFile(matcher, path, size);
      result.read.files += 1;
      result.read.bytes += size;
      const verdict = judge({ path, owner: nameOf(uid), mode }, rules);
      for (const { secret, forms } of bySecret(patterns)) {
        const found = { secret, place: "file" as const, where: path, forms };
        if (verdict.allowed) result.allowed.push({ ...found, why: verdict.why });
        else result.found.push({ ...found, why: verdict.wrong });
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A running host may have removed the file meanwhile.
      if (code !== "ENOENT") result.notes.push(`${path} is not read: ${code ?? "it is damaged"}`);
    }
  }
}
