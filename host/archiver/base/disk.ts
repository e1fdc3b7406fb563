import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { type FileSystemSizes, roomyBytes } from "../../supervisor/observation/disk-space";

/** Free space that a copy and a dump leave, as a multiple of the data. */
const leftFactor = 0.3;
type Statfs = (path: string) => FileSystemSizes;

/** Size of MySQL's data without binary and relay logs, bytes. */
export function dataBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/(^|\/)(binlog|relay|.*-relay-bin)[^/]*\.(\d+|index)$/.test(name))
    .reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.blocks * 512 : 0;
}

/** Free bytes that a copy or a dump of `bytes` of data leaves; with less, the supervisor could take the member out of the group. */
function leftBytes(bytes: number, sizes: FileSystemSizes): [left: number, reason: string] {
  const [ofData, ofDisk] = [Math.ceil(bytes * leftFactor), roomyBytes(sizes)];
  return ofData >= ofDisk
    ? [ofData, `${leftFactor} times the data`]
    : [ofDisk, "with which the disk is not nearly full"];
}

/** @throws Error if the disk of `folder` has less free space than a dump of a database of `bytes` must leave. */
export function checkDumpSpace(folder: string, bytes: number, statfs: Statfs = statfsSync): void {
  const sizes = statfs(folder);
  const [needed, reason] = leftBytes(bytes, sizes);
  const free = sizes.bavail * sizes.bsize;
  if (free >= needed) return;
  throw new Error(
    `a dump must leave ${needed} bytes free on the disk of ${folder} (${reason}), got ${free}; free space, or use a larger disk`,
  );
}

/** @throws Error if the disk of `folder` has too little free space for a copy of `bytes`. */
export function checkFreeSpace(folder: string, bytes: number, statfs: Statfs = statfsSync): void {
  const sizes = statfs(folder);
  const [left, reason] = leftBytes(bytes, sizes);
  const [free, needed] = [sizes.bavail * sizes.bsize, bytes + left];
  if (free >= needed) return;
  throw new Error(
    `a base needs ${needed} bytes free on the disk of ${folder} (${bytes} for the copy, and ${left} that stay free: ${reason}), got ${free}; free space, or use a larger disk`,
  );
}
