import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Free space that a copy and a dump leave, and that a copy needs, as multiples of the data. */
const leftFactor = 0.3;
const roomFactor = 1 + leftFactor;

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

/** @throws Error if the disk of `folder` has less free space than a dump of a database of `bytes` must leave. */
export function checkDumpSpace(folder: string, bytes: number, statfs = statfsSync): void {
  const { bavail, bsize } = statfs(folder);
  const [free, needed] = [bavail * bsize, Math.ceil(bytes * leftFactor)];
  if (free >= needed) return;
  throw new Error(
    `a dump must leave ${needed} bytes free on the disk of ${folder} (0.3 times the data), got ${free}; free space, or use a larger disk`,
  );
}

/** @throws Error if the disk of `folder` has too little free space for a copy of `bytes`. */
export function checkFreeSpace(folder: string, bytes: number, statfs = statfsSync): void {
  const { bavail, bsize } = statfs(folder);
  const [free, needed] = [bavail * bsize, Math.ceil(bytes * roomFactor)];
  if (free >= needed) return;
  throw new Error(
    `a base needs ${needed} bytes free on the disk of ${folder} (1.3 times the data), got ${free}; free space, or use a larger disk`,
  );
}
