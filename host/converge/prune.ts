import { readdirSync, rmSync, statSync } from "node:fs";
import type { BundleRelease } from "./bundle";
import { recentReleases } from "./journal";
import { currentRelease } from "./release";

/**
 * Removes all but `keep` releases, never the running one. Releases that ran most recently are kept first,
 * then the newest of those that never ran successfully.
 */
export function pruneReleases({ root, keep }: BundleRelease): void {
  const folder = `${root}/releases`;
  const running = currentRelease(root);
  const lately = recentReleases();
  const rank = (name: string) => (lately.includes(name) ? lately.indexOf(name) : lately.length);
  readdirSync(folder)
    .filter((name) => name !== running)
    .map((name) => ({ name, time: statSync(`${folder}/${name}`).mtimeMs }))
    .sort((a, b) => rank(a.name) - rank(b.name) || b.time - a.time)
    .slice(keep - 1)
    .forEach(({ name }) => rmSync(`${folder}/${name}`, { recursive: true, force: true }));
}
