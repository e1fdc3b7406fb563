import type { BundleRelease } from "./bundle";
import { linkStaged } from "./kept-links";
import { prune } from "./prune";
import { currentRelease, unpackRelease } from "./release";
import { say } from "./run";
import { recover } from "./undo";

/**
 * Unpacks a release that has arrived, and links it as `next`, so that Nginx finds its assets before the host switches to
 * it. No service is touched. An earlier staged release is replaced. Call with the lock, as for a run of `apply`.
 *
 * @throws Error if the release is not on the host, or cannot be unpacked; an earlier staged release stays.
 */
export async function stage(release: BundleRelease): Promise<void> {
  // A release that an unfinished swap needs must not be removed.
  await recover(false);
  const { root, digest } = release;
  // On the way back from a release that this host refused, app nodes still run the refused one, which stays staged.
  if (currentRelease(root) === digest) return;
  if (!(await unpackRelease(release))) {
    throw new Error(`the release ${digest} is not on the host; run \`up\` again, which sends it`);
  }
  linkStaged(root, digest);
  say("stage", digest);
  prune(release);
}
