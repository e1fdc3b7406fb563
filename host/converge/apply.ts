import { rmSync } from "node:fs";
import type { Bundle, BundleFile, BundleService, Wanted } from "./bundle";
import { checkStaged } from "./checks";
import { readBack, writeAtomically } from "./files";
import { isSameManifest, readManifest, writeManifest, type Manifest } from "./manifest";
import { changedPaths, makePlan, type Plan } from "./plan";
import { prepare } from "./prepare";
import { pruneReleases, switchRelease } from "./release";
import { must, say } from "./run";
import { bringUp, putBack, retire, type ServicesResult } from "./services";

/** What a finished run says. */
export type Outcome =
  | ({ ok: true; changed: string[] } & ServicesResult)
  | { ok: false; error: string; rolledBack: boolean };

/** What a run works on, and what it must be able to take back. */
interface Run {
  bundle: Bundle;
  manifest: Manifest;
  plan: Plan;
  changed: ReadonlySet<string>;
  /** Files as they were; undefined where there was none. */
  before: ReadonlyMap<string, BundleFile | undefined>;
}

/**
 * Brings the host to the wanted state: prepares, checks, swaps, reloads or restarts what changed,
 * waits for health; otherwise puts everything back. A run that was interrupted is finished by the
 * next one, which then treats every file as changed.
 */
export async function apply(wanted: Wanted): Promise<Outcome> {
  const { bundle } = wanted;
  const manifest = readManifest();
  await prepare(bundle);
  const plan = await makePlan(wanted, manifest);
  await checkStaged(bundle.checks, plan);
  if (manifest.pending) {
    say("resume", "the last run was interrupted; every service is brought up again");
  }
  const changed = changedPaths(plan, wanted, manifest.pending);
  const touched = [...plan.write.keys(), ...plan.remove];
  const before = new Map(touched.map((path) => [path, readBack(path)]));
  const run: Run = { bundle, manifest, plan, changed, before };
  const next = manifestOf(bundle);
  const idle = changed.size === 0 && isSameManifest(manifest, next);
  if (!idle) writeManifest(united(manifest, next));
  try {
    const result = await carryOut(run);
    if (!idle) writeManifest(next);
    if (bundle.release && plan.release) pruneReleases(bundle.release);
    return { ok: true, changed: [...changed], ...result };
  } catch (error) {
    return rollBack(error as Error, run);
  }
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
    rmSync(path, { force: true });
  }
  if (plan.release) {
    say("switch", plan.release.digest);
    switchRelease(plan.release.root, plan.release.digest);
  }
  await reloadUnits(plan);
  return bringUp(bundle.services, changed);
}

async function rollBack(error: Error, run: Run): Promise<Outcome> {
  const { bundle, manifest, plan, changed, before } = run;
  say("roll back", error.message.split("\n")[0]);
  const added = leaving(bundle.services, manifest.services);
  const isOurs = (unit: string) =>
    changed.has(`/etc/systemd/system/${unit}`) ||
    changed.has(`/etc/systemd/system/${unit.replace(/@.*\./, "@.")}`);
  await retire(added.filter(isOurs));
  for (const [path, file] of before) {
    if (file) writeAtomically(path, file);
    else rmSync(path, { force: true });
  }
  if (plan.release) switchRelease(plan.release.root, plan.release.before);
  await reloadUnits(plan);
  const fromPackages = bundle.services.filter(({ unit }) => added.includes(unit) && !isOurs(unit));
  await putBack(manifest.services, fromPackages, changed);
  writeManifest(manifest);
  return { ok: false, error: error.message, rolledBack: true };
}

/** Units of `these` that are not among `those`. */
function leaving(these: readonly BundleService[], those: readonly BundleService[]): string[] {
  const stay = new Set(those.map(({ unit }) => unit));
  return these.map(({ unit }) => unit).filter((unit) => !stay.has(unit));
}

async function reloadUnits({ write, remove }: Plan): Promise<void> {
  if ([...write.keys(), ...remove].some((path) => path.startsWith("/etc/systemd/system/"))) {
    await must(["/usr/bin/systemctl", "daemon-reload"]);
  }
}

function manifestOf({ files, secretFiles, services, release }: Bundle): Manifest {
  return {
    files: Object.keys(files),
    secretFiles: Object.keys(secretFiles),
    services,
    ...(release ? { releaseRoot: release.root } : {}),
    pending: false,
  };
}

/** Both runs' paths and units, so that an interrupted run forgets nothing. */
function united(before: Manifest, after: Manifest): Manifest {
  const old = new Set(leaving(before.services, after.services));
  return {
    ...after,
    files: [...new Set([...before.files, ...after.files])],
    secretFiles: [...new Set([...before.secretFiles, ...after.secretFiles])],
    services: [...after.services, ...before.services.filter(({ unit }) => old.has(unit))],
    pending: true,
  };
}
