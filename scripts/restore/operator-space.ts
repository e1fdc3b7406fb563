import { statfsSync } from "node:fs";
import type { Plan } from "./plan";
import { gb } from "./report";

/** Free space that a restore needs besides data and log, bytes: MySQL's own logs, and a batch of segments. */
const spareBytes = 1e9;

/**
 * Checks before anything is fetched that the disk of a restore has room for the data and the log: unpacking for hours
 * would end with a full disk.
 *
 * @param statfs free space of a folder; replaced in tests.
 * @throws Error that names what is needed and what is free.
 */
export function checkOperatorSpace(
  folder: string,
  { base, links }: Pick<Plan, "base" | "links">,
  statfs: (path: string) => { bavail: number; bsize: number } = statfsSync,
): void {
  const log = links.reduce((sum, { segment }) => sum + segment!.plainBytes, 0);
  const needed = base.plainBytes + log + spareBytes;
  const { bavail, bsize } = statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `a restore needs ${gb(needed)} free on the disk of ${folder} (${gb(base.plainBytes)} of data, ${gb(log)} of log, and ${gb(spareBytes)}), ` +
      `got ${gb(bavail * bsize)}; free space there, or restore on a machine with a larger disk`,
  );
}
