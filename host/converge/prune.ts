import { readdirSync, rmSync, statSync } from "node:fs";
import type { BundleRelease } from "./bundle";
import { ranLately } from "./journal";
import { currentRelease } from "./release";

/**
 * Removes releases beyond `keep`; never the running one. Those that ran lately stay before others, such as
 * one that never became healthy; of these the newest.
 */
export function pruneReleases({ root, keep }: BundleRelease): void {
  const folder = `${root}/releases`;
  const running = currentRelease(root);
  const lately = ranLately();
  const rank = (name: string) => (lately.includes(name) ? lately.indexOf(name) : lately.length);
  readdirSync(folder)
    .filter((name) => name !== running)
    .map((name) => ({ name, time: statSync(`${folder}/${name}`).mtimeMs }))
    .sort((a, b) => rank(a.name) - rank(b.name) || b.time - a.time)
    .slice(keep - 1)
    .forEach(({ name }) => rmSync(`${folder}/${name}`, { recursive: true, force: true }));
}
