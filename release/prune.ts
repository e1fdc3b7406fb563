import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Number of newest archives that stay, whatever their age. */
const newest = 10;
/** Age below which an archive stays, milliseconds. */
const keptMs = 30 * 24 * 3_600_000;

/**
 * Removes archives of releases that this machine packed long ago: each preview of an edited app packs one. The newest ten
 * stay, those younger than 30 days, and each one that a stack file names, as a pinned `app.release` does. Facts stay
 * beside removed archives: a rollback on the hosts shows them, and they are small.
 *
 * @param outputDirectory directory of the archives.
 *
 * @param projectRoot directory of the stack files.
 *
 * @param nowMs time since the epoch, milliseconds.
 */
export function pruneReleases(outputDirectory: string, projectRoot: string, nowMs: number): void {
  if (!existsSync(outputDirectory)) return;
  const stackFiles = readdirSync(projectRoot)
    .filter((name) => /^Pulumi\..*\.ya?ml$/.test(name))
    .map((name) => readFileSync(join(projectRoot, name), "utf8"));
  const archives = readdirSync(outputDirectory)
    .filter((name) => /^[0-9a-f]{64}\.tar\.gz$/.test(name))
    .map((name) => ({ name, atMs: timeOf(join(outputDirectory, name)) }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { name, atMs } of archives.slice(newest)) {
    const digest = name.slice(0, 64);
    const isNamed = stackFiles.some((text) => text.includes(digest));
    if (!isNamed && nowMs - atMs > keptMs) rmSync(join(outputDirectory, name), { force: true });
  }
}

/** Time of a file; another command may have removed the file meanwhile. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
}
