import { existsSync } from "node:fs";
import type { BundleFile, Wanted, Bundle } from "./bundle";
import { isSame, readFile, writeAtomically } from "./files";
import { type Manifest, unitsOnlyIn } from "./manifest";
import { currentRelease, unpackRelease, switchRelease } from "./release";
import { removeDurably } from "./durable";
import { linkRetained } from "./retained-releases";
import { recentReleases } from "./journal";
import { reportStep } from "./run";
import { bringUp, retire, type ServicesResult } from "./services";
import { watchTrial } from "./health";
import { reloadUnits } from "./undo";

/** Changes to the host. */
export interface Plan {
  /** Files to write, by path. */
  write: Map<string, BundleFile>;
  /** Files of an earlier bundle that this bundle does not contain. */
  remove: string[];
  /** Release to switch to, and the previous one. */
  release?: { root: string; digest: string; before: string | undefined };
}

/** Files that the host should have. A secret file that is not delivered again stays unchanged. */
function wantedFiles({ bundle, secrets }: Wanted): Map<string, BundleFile> {
  const files = new Map(Object.entries(bundle.files));
  for (const [path, attributes] of Object.entries(bundle.secretFiles)) {
    const content = secrets[path] ?? readFile(path)?.content;
    if (content !== undefined) files.set(path, { ...attributes, content });
  }
  return files;
}

/** Compares the host with the wanted state; downloads and unpacks the release if necessary. */
export async function makePlan(wanted: Wanted, manifest: Manifest): Promise<Plan> {
  const { files, secretFiles, release } = wanted.bundle;
  const write = new Map(
    [...wantedFiles(wanted)].filter(([path, file]) => !isSame(readFile(path), file)),
  );
  const remove = [...manifest.files, ...manifest.secretFiles].filter(
    (path) => !(path in files) && !(path in secretFiles) && existsSync(path),
  );
  if (!release || !(await unpackRelease(release))) return { write, remove };
  const before = currentRelease(release.root);
  if (before === release.digest) return { write, remove };
  return { write, remove, release: { root: release.root, digest: release.digest, before } };
}

/**
 * Paths whose services must act. After an interrupted run these are all paths, because it is unknown which
 * service has loaded which file.
 */
export function changedPaths(plan: Plan, wanted: Wanted, pending: boolean): Set<string> {
  const { write, remove, release } = plan;
  const { bundle } = wanted;
  const root = bundle.release?.root;
  return new Set([
    ...write.keys(),
    ...remove,
    ...(release ? [`${release.root}/current`] : []),
    ...(pending ? [...wantedFiles(wanted).keys(), ...(root ? [`${root}/current`] : [])] : []),
  ]);
}

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
    reportStep("write", path);
    writeAtomically(path, file);
  }
  for (const path of remove) {
    reportStep("remove", path);
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
    reportStep("switch", plan.release.digest);
    // The links are set before the switch, so that the previous release's files stay reachable all the time.
    if (bundle.release) linkRetained(bundle.release, plan.release.digest);
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
