import type { Bundle, BundleRelease, Wanted } from "./bundle";
import { checkStaged } from "./checks";
import { removeDurably } from "./durable";
import { writeAtomically } from "./files";
import { journalPath, recordSwitch } from "./journal";
import { linkKept } from "./kept-links";
import {
  isSameManifest,
  leaving,
  manifestOf,
  readManifest,
  united,
  writeManifest,
  type Manifest,
} from "./manifest";
import { changedPaths, makePlan, type Plan } from "./plan";
import { prepare } from "./prepare";
import { pruneReleases } from "./prune";
import { switchRelease } from "./release";
import { say } from "./run";
import { pruneRuntimes } from "./runtime";
import { bringUp, retire, type ServicesResult } from "./services";
import { beginSwap, endSwap, type Intent, type Swap } from "./swap";
import { NotBack, recover, reloadUnits, undo } from "./undo";

/** What a run says that failed. */
interface Failed {
  ok: false;
  error: string;
  /** True if the host is what it was before; false without `notBack`: it was not touched. */
  rolledBack: boolean;
  /** What is not back, and how it goes on; absent: all is. */
  notBack?: string;
}

/** What a finished run says. */
export type Outcome = ({ ok: true; changed: string[] } & ServicesResult) | Failed;

/** What a run works on. */
interface Run {
  bundle: Bundle;
  manifest: Manifest;
  plan: Plan;
  changed: ReadonlySet<string>;
}

/**
 * Brings the host to the wanted state: prepares, checks, swaps, reloads or restarts what changed,
 * waits for health; otherwise puts everything back. What an interrupted run left is undone first.
 */
export async function apply(wanted: Wanted): Promise<Outcome> {
  let recovered = false;
  try {
    recovered = await recover(false);
    return await change(await makeReady(wanted));
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof NotBack)) return { ok: false, error: message, rolledBack: recovered };
    const first = "what an interrupted run changed must be put back first";
    return { ok: false, error: first, rolledBack: false, notBack: message };
  }
}

/** All that comes before the first change that can be taken back. */
async function makeReady(wanted: Wanted): Promise<Run> {
  const { bundle } = wanted;
  const manifest = readManifest();
  await prepare(bundle);
  const plan = await makePlan(wanted, manifest);
  await checkStaged(bundle.checks, plan);
  if (manifest.pending) {
    say("resume", "the last run was interrupted; every service is brought up again");
  }
  return { bundle, manifest, plan, changed: changedPaths(plan, wanted, manifest.pending) };
}

async function change(run: Run): Promise<Outcome> {
  const { bundle, manifest, plan, changed } = run;
  const next = manifestOf(bundle);
  const idle = changed.size === 0 && isSameManifest(manifest, next);
  const intent = intentOf(run);
  const swap: Swap = idle ? { version: 1, kept: [], ...intent } : beginSwap(intent);
  let result: ServicesResult;
  try {
    if (!idle) writeManifest(united(manifest, next));
    result = await carryOut(run);
    if (!idle) {
      if (plan.release) {
        const { digest, before } = plan.release;
        recordSwitch(digest, before, bundle.release?.runtime?.digest);
      }
      writeManifest(next);
      endSwap();
    }
  } catch (error) {
    const outcome = await rollBack(error as Error, swap);
    // One that does not work must not fill the disk by being tried again and again.
    if (bundle.release && plan.release && outcome.rolledBack) prune(bundle.release);
    return outcome;
  }
  if (bundle.release && plan.release) prune(bundle.release);
  return { ok: true, changed: [...changed], ...result };
}

function intentOf({ bundle, manifest, plan, changed }: Run): Intent {
  const { write, remove, release } = plan;
  return {
    paths: [...write.keys(), ...remove, ...(release ? [journalPath] : [])],
    ...(release ? { release: { root: release.root, before: release.before ?? null } } : {}),
    changed: [...changed],
    before: manifest.services,
    after: bundle.services,
  };
}

async function carryOut({ bundle, manifest, plan, changed }: Run): Promise<ServicesResult> {
  // First, because a unit cannot be turned off any more when its file is gone.
  await retire(leaving(manifest.services, bundle.services));
  for (const [path, file] of plan.write) {
    say("write", path);
    writeAtomically(path, file);
  }
  for (const path of plan.remove) {
    say("remove", path);
    removeDurably(path);
  }
  if (plan.release) {
    say("switch", plan.release.digest);
    // Before the switch: at no moment is a file of the release before not to be found.
    if (bundle.release) linkKept(bundle.release, plan.release.digest);
    switchRelease(plan.release.root, plan.release.digest);
  }
  await reloadUnits([...plan.write.keys(), ...plan.remove]);
  return bringUp(bundle.services, changed);
}

async function rollBack({ message }: Error, swap: Swap): Promise<Failed> {
  say("roll back", message.split("\n")[0]);
  try {
    await undo(swap, false);
    return { ok: false, error: message, rolledBack: true };
  } catch (error) {
    const notBack = (error as Error).message;
    return { ok: false, error: message, rolledBack: false, notBack };
  }
}

/** After the end of the swap, which may need the release of before; a failure takes nothing back. */
function prune(release: BundleRelease): void {
  try {
    pruneReleases(release);
    linkKept(release);
    pruneRuntimes(release);
  } catch (error) {
    say("left behind", (error as Error).message);
  }
}
