import { readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
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

/**
 * Points the links `previous-1`, `previous-2` … beside `current` at the other releases on the host: first
 * the running one, then the newest. Nginx serves their files to pages that were loaded before a deploy.
 * There are at most `keep - 1` links; links without a release are removed.
 *
 * @param next release that is about to run, and needs no link. @default the running release
 */
export function linkKept({ root, keep }: BundleRelease, next = currentRelease(root)): void {
  const running = currentRelease(root);
  const others = readdirSync(`${root}/releases`)
    .filter((name) => digestForm.test(name) && name !== next)
    .map((name) => ({ name, time: statSync(`${root}/releases/${name}`).mtimeMs }))
    .sort((a, b) => Number(b.name === running) - Number(a.name === running) || b.time - a.time)
    .slice(0, keep - 1);
  for (let n = 1; n < keep; n++) {
    const link = `${root}/previous-${n}`;
    const wanted = others[n - 1] && `releases/${others[n - 1]!.name}`;
    if (targetOf(link) === wanted) continue;
    if (wanted === undefined) removeDurably(link);
    else replaceAtomically(link, (draft) => symlinkSync(wanted, draft));
  }
}
