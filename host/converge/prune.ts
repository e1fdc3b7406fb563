import { readdirSync, rmSync, statSync } from "node:fs";
import type { BundleRelease } from "./bundle";
import { recentReleases } from "./journal";
import { linkKept, linkStaged, stagedRelease } from "./kept-links";
import { currentRelease } from "./release";
import { say } from "./run";
import { pruneRuntimes } from "./runtime";

/**
 * Removes old releases, and the links and runtimes that only they needed. Runs after the end of a swap, which may need
 * the previous release; a failure is only logged.
 */
export function prune(release: BundleRelease): void {
  try {
    pruneReleases(release);
    linkKept(release);
    pruneRuntimes(release);
  } catch (error) {
    say("left behind", (error as Error).message);
  }
}

/**
 * Removes the link to the staged release, which runs now or was given up, and what is old after that. A host without a
 * switch and without a staged release is left alone.
 */
export function endStaging(release: BundleRelease, isSwitched: boolean): void {
  if (!isSwitched && stagedRelease(release.root) === undefined) return;
  try {
    linkStaged(release.root, undefined);
  } catch (error) {
    say("left behind", (error as Error).message);
  }
  prune(release);
}

/**
 * Removes all but `keep` releases, never the running one. The staged release is kept and not counted. Releases that ran
 * most recently are kept first, then the newest of those that never ran successfully.
 */
export function pruneReleases({ root, keep }: BundleRelease): void {
  const folder = `${root}/releases`;
  const needed = [currentRelease(root), stagedRelease(root)];
  const lately = recentReleases();
  const rank = (name: string) => (lately.includes(name) ? lately.indexOf(name) : lately.length);
  readdirSync(folder)
    .filter((name) => !needed.includes(name))
    .map((name) => ({ name, time: statSync(`${folder}/${name}`).mtimeMs }))
    .sort((a, b) => rank(a.name) - rank(b.name) || b.time - a.time)
    .slice(keep - 1)
    .forEach(({ name }) => rmSync(`${folder}/${name}`, { recursive: true, force: true }));
}
