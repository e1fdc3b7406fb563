import { removeDurably } from "./durable";
import { writeAtomically } from "./files";
import { linkKept } from "./kept-links";
import { leaving, type Manifest } from "./manifest";
import type { Bundle } from "./bundle";
import type { Plan } from "./plan";
import { switchRelease } from "./release";
import { say } from "./run";
import { bringUp, retire, type ServicesResult } from "./services";
import { reloadUnits } from "./undo";

/** What a run works on. */
export interface Run {
  bundle: Bundle;
  manifest: Manifest;
  plan: Plan;
  /** Paths whose services act. */
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
 * Does what the plan says, and brings the services up.
 *
 * @throws Error with the reason; nothing is taken back here.
 */
export async function carryOut({ bundle, manifest, plan, changed }: Run): Promise<ServicesResult> {
  // First, because a unit cannot be turned off any more when its file is gone.
  await retire(leaving(manifest.services, bundle.services));
  putFiles(plan);
  if (plan.release) {
    say("switch", plan.release.digest);
    // Before the switch: at no moment is a file of the release before not to be found.
    if (bundle.release) linkKept(bundle.release, plan.release.digest);
    switchRelease(plan.release.root, plan.release.digest);
  }
  await reloadUnits([...plan.write.keys(), ...plan.remove]);
  return bringUp(bundle.services, changed);
}
