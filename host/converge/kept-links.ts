import { readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { basename } from "node:path";
import type { BundleRelease } from "./bundle";
import { removeDurably, replaceAtomically } from "./durable";
import { currentRelease } from "./release";

const digestForm = /^[0-9a-f]{64}$/;

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Points a link beside `current` at a release atomically; removes the link if there is none. */
function point(link: string, digest: string | undefined): void {
  const wanted = digest === undefined ? undefined : `releases/${digest}`;
  if (targetOf(link) === wanted) return;
  if (wanted === undefined) removeDurably(link);
  else replaceAtomically(link, (draft) => symlinkSync(wanted, draft));
}

/** Digest of the staged release, which has arrived and does not run yet; undefined if there is none. */
export function stagedRelease(root: string): string | undefined {
  const target = targetOf(`${root}/next`);
  return target === undefined ? undefined : basename(target);
}

/**
 * Points the link `next` beside `current` at a release that is about to run on the stack. Nginx serves its assets to
 * pages of nodes that run it already.
 *
 * @param digest the staged release; undefined removes the link.
 */
export function linkStaged(root: string, digest: string | undefined): void {
  point(`${root}/next`, digest);
}

/**
 * Points the links `previous-1`, `previous-2` … beside `current` at the other releases on the host: first
 * the running one, then the newest, without the staged one. Nginx serves their files to pages that were loaded before a
 * deploy. There are at most `keep - 1` links; links without a release are removed.
 *
 * @param next release that is about to run, and needs no link. @default the running release
 */
export function linkKept({ root, keep }: BundleRelease, next = currentRelease(root)): void {
  const running = currentRelease(root);
  const staged = stagedRelease(root);
  const others = readdirSync(`${root}/releases`)
    .filter((name) => digestForm.test(name) && name !== next && name !== staged)
    .map((name) => ({ name, time: statSync(`${root}/releases/${name}`).mtimeMs }))
    .sort((a, b) => Number(b.name === running) - Number(a.name === running) || b.time - a.time)
    .slice(0, keep - 1);
  for (let n = 1; n < keep; n++) {
    point(`${root}/previous-${n}`, others[n - 1]?.name);
  }
}
