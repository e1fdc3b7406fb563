import { removeDurably } from "./durable";
import { writeAtomically } from "./files";
import { linkKept } from "./kept-links";
import { recentReleases } from "./journal";
import { unitsOnlyIn, type Manifest } from "./manifest";
import type { Bundle } from "./bundle";
import type { Plan } from "./plan";
import { switchRelease } from "./release";
import { say } from "./run";
import { bringUp, retire, type ServicesResult } from "./services";
import { watchTrial } from "./trial";
import { reloadUnits } from "./undo";

/** State of a run. */
export interface Run {
  bundle: Bundle;
  manifest: Manifest;
  plan: Plan;
  /** Paths that changed; the services concerned act on them. */
  changed: ReadonlySet<string>;
}

/** Writes and removes files. @throws Error naming the path. */
export function putFiles({ write, remove }: Pick<Plan, "write" | "remove">): void {
  for (const [path, file] of write) {
    say("write", path);
    writeAtomically(path, file);
  }
  for (const path of remove) {
    say("remove", path);
    removeDurably(path);
  }
}

/**
 * Carries out the plan and brings the services up.
 *
 * @throws Error with the reason; this function undoes nothing.
 */
export async function carryOut({ bundle, manifest, plan, changed }: Run): Promise<ServicesResult> {
  // Units are disabled first, because that is impossible once their files are gone.
  await retire(unitsOnlyIn(manifest.services, bundle.services));
  putFiles(plan);
  if (plan.release) {
    say("switch", plan.release.digest);
    // The links are set before the switch, so that the previous release's files stay reachable all the time.
    if (bundle.release) linkKept(bundle.release, plan.release.digest);
    switchRelease(plan.release.root, plan.release.digest);
  }
  await reloadUnits([...plan.write.keys(), ...plan.remove]);
  const result = await bringUp(bundle.services, changed);
  // A release in place of another one is tried; the first one of a host has nothing to go back to.
  const { digest, before } = plan.release ?? {};
  const isNew = digest !== undefined && before !== undefined && !recentReleases().includes(digest);
  if (isNew) await watchTrial(bundle.services);
  return result;
}
