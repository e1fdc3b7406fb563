import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { BundleFile, FileAttributes } from "./bundle";
import { makeDirectory, replaceAtomically } from "./durable";

function ids(database: string): Map<string, number> {
  const lines = readFileSync(database, "utf8").split("\n");
  return new Map(lines.map((line) => [line.split(":")[0]!, Number(line.split(":")[2])]));
}

/** Numeric id of a user or group. @throws Error if it does not exist. */
export function idOf(database: "/etc/passwd" | "/etc/group", name: string): number {
  const id = ids(database).get(name);
  if (id === undefined || Number.isNaN(id)) throw new Error(`${name} is not in ${database}`);
  return id;
}

function nameOf(database: "/etc/passwd" | "/etc/group", id: number): string {
  return [...ids(database)].find(([, number]) => number === id)?.[0] ?? String(id);
}

/** Sets owner, group and mode of a path. */
export function setAttributes(path: string, { owner, group, mode }: FileAttributes): void {
  chownSync(path, idOf("/etc/passwd", owner), idOf("/etc/group", group));
  chmodSync(path, Number.parseInt(mode, 8));
}

/** Reads a file with its attributes; undefined if it does not exist. */
export function readFile(path: string): BundleFile | undefined {
  if (!existsSync(path)) return undefined;
  const { uid, gid, mode } = lstatSync(path);
  return {
    content: readFileSync(path, "utf8"),
    owner: nameOf("/etc/passwd", uid),
    group: nameOf("/etc/group", gid),
    mode: (mode & 0o7777).toString(8).padStart(4, "0"),
  };
}

/** True if the file on the host has that content and those attributes. */
export function isSame(found: BundleFile | undefined, wanted: BundleFile): boolean {
  return (
    found !== undefined &&
    found.content === wanted.content &&
    found.owner === wanted.owner &&
    found.group === wanted.group &&
    found.mode === wanted.mode
  );
}

/** Writes everything: the kernel may accept less than it is given. */
function writeWhole(descriptor: number, content: string): void {
  const bytes = Buffer.from(content);
  for (let offset = 0; offset < bytes.length;) {
    offset += writeSync(descriptor, bytes, offset);
  }
}

/**
 * Writes a file atomically: after a power failure it has the old or the new content, never a part. The new
 * file is on disk when this returns.
 *
 * @throws Error naming the path if it cannot be written, as on a full disk; the old file stays.
 */
export function writeAtomically(path: string, file: BundleFile): void {
  makeDirectory(dirname(path));
  replaceAtomically(path, (draft) => {
    const descriptor = openSync(draft, "wx", 0o600);
    try {
      writeWhole(descriptor, file.content);
      setAttributes(draft, file);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** SHA-256 as 64 hex digits. */
export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
