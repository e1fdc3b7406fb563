import { readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import type { BundleRelease } from "./bundle";
import { removeDurably, swapIn } from "./durable";
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
 * Lets `previous-1`, `previous-2` … beside `current` point at the other releases on the host, the one that runs
 * now first, then the newest: Nginx finds files there that open pages of those releases still ask for. There are
 * `keep - 1` links at most; one without a release is taken away.
 *
 * @param next release that runs from now on, and needs no link. @default the one that runs now
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
    else swapIn(link, (draft) => symlinkSync(wanted, draft));
  }
}
