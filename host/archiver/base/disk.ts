import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Room that a copy needs, as a multiple of the data. */
const roomFactor = 1.3;

/** Bytes of the data of a MySQL without its logs. */
export function dataBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/(^|\/)(binlog|relay|.*-relay-bin)[^/]*\.(\d+|index)$/.test(name))
    .reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.blocks * 512 : 0;
}

/** @throws Error if the disk of `folder` has less room than a copy of so many bytes needs. */
export function checkRoom(folder: string, bytes: number, statfs = statfsSync): void {
  const { bavail, bsize } = statfs(folder);
  const [free, needed] = [bavail * bsize, Math.ceil(bytes * roomFactor)];
  if (free >= needed) return;
  throw new Error(
    `a base needs ${needed} bytes free on the disk of ${folder} (1.3 times the data), got ${free}; make room, or take a larger disk`,
  );
}
