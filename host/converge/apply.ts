import { existsSync, rmSync } from "node:fs";
import type { Bundle, BundleFile, Wanted } from "./bundle";
import { checkStaged } from "./checks";
import { isSame, readBack, writeAtomically } from "./files";
import { readManifest, writeManifest, type Manifest } from "./manifest";
import { prepare } from "./prepare";
import { currentRelease, pruneReleases, switchRelease, unpackRelease } from "./release";
import { must, run, say } from "./run";
import { bringUp, retire, type ServicesResult } from "./services";

/** What a finished run says. */
export type Outcome =
  | ({ ok: true; changed: string[] } & ServicesResult)
  | { ok: false; error: string; rolledBack: boolean };

/** What is to change on the host: new files, files to remove, the release before and after. */
interface Plan {
  write: Map<string, BundleFile>;
  remove: string[];
  release?: { root: string; digest: string; before: string | undefined };
}

function wantedFiles({ bundle, secrets }: Wanted): Map<string, BundleFile> {
  const files = new Map(Object.entries(bundle.files));
  for (const [path, attributes] of Object.entries(bundle.secretFiles)) {
    const content = secrets[path] ?? readBack(path)?.content;
    if (content !== undefined) files.set(path, { ...attributes, content });
  }
  return files;
}

async function plan(wanted: Wanted, manifest: Manifest): Promise<Plan> {
  const files = wantedFiles(wanted);
  const write = new Map([...files].filter(([path, file]) => !isSame(readBack(path), file)));
  const known = new Set([
    ...Object.keys(wanted.bundle.files),
    ...Object.keys(wanted.bundle.secretFiles),
  ]);
  const remove = [...manifest.files, ...manifest.secretFiles].filter(
    (path) => !known.has(path) && existsSync(path),
  );
  const { release } = wanted.bundle;
  if (!release || !(await unpackRelease(release))) return { write, remove };
  const before = currentRelease(release.root);
  if (before === release.digest) return { write, remove };
  return { write, remove, release: { root: release.root, digest: release.digest, before } };
}

function changedPaths({ write, remove, release }: Plan): Set<string> {
  return new Set([...write.keys(), ...remove, ...(release ? [`${release.root}/current`] : [])]);
}

/** Puts the plan into effect; returns how to take it back. */
async function swap(planned: Plan): Promise<() => Promise<void>> {
  const { write, remove, release } = planned;
  const before = new Map([...write.keys(), ...remove].map((path) => [path, readBack(path)]));
  for (const [path, file] of write) writeAtomically(path, file);
  for (const path of remove) rmSync(path, { force: true });
  if (release) switchRelease(release.root, release.digest);
  await reloadUnits(before.keys());
  return async () => {
    for (const [path, file] of before) {
      if (file) writeAtomically(path, file);
      else rmSync(path, { force: true });
    }
    if (release) switchRelease(release.root, release.before);
    await reloadUnits(before.keys());
  };
}

async function reloadUnits(paths: Iterable<string>): Promise<void> {
  if ([...paths].some((path) => path.startsWith("/etc/systemd/system/"))) {
    await must(["/usr/bin/systemctl", "daemon-reload"]);
  }
}

function manifestOf(bundle: Bundle, pending: boolean): Manifest {
  return {
    files: Object.keys(bundle.files),
    secretFiles: Object.keys(bundle.secretFiles),
    services: bundle.services,
    ...(bundle.release ? { releaseRoot: bundle.release.root } : {}),
    pending,
  };
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
  const planned = await plan(wanted, manifest);
  const changed = changedPaths(planned);
  await checkStaged(bundle.checks, planned.write);
  if (manifest.pending) {
    say("resume", "the last run was interrupted; every service is brought up again");
    for (const path of wantedFiles(wanted).keys()) changed.add(path);
  }
  for (const path of planned.write.keys()) say("write", path);
  writeManifest({ ...merged(manifest, manifestOf(bundle, true)) });
  const takeBack = await swap(planned);
  try {
    const units = new Set(bundle.services.map(({ unit }) => unit));
    await retire(manifest.services.map(({ unit }) => unit).filter((unit) => !units.has(unit)));
    const result = await bringUp(bundle.services, changed);
    writeManifest(manifestOf(bundle, false));
    if (bundle.release && planned.release) pruneReleases(bundle.release);
    return { ok: true, changed: [...changed], ...result };
  } catch (error) {
    return rollBack(error as Error, manifest, changed, takeBack);
  }
}

/** Both runs' paths, so that an interrupted run forgets nothing. */
function merged(before: Manifest, after: Manifest): Manifest {
  return {
    ...after,
    files: [...new Set([...before.files, ...after.files])],
    secretFiles: [...new Set([...before.secretFiles, ...after.secretFiles])],
  };
}

async function rollBack(
  error: Error,
  manifest: Manifest,
  changed: ReadonlySet<string>,
  takeBack: () => Promise<void>,
): Promise<Outcome> {
  say("roll back", error.message.split("\n")[0]);
  await takeBack();
  const touched = manifest.services.filter(({ reloadFiles, restartFiles }) =>
    [...reloadFiles, ...restartFiles].some((path) => changed.has(path)),
  );
  for (const service of touched) {
    const verb = service.restartFiles.some((path) => changed.has(path))
      ? "restart"
      : "reload-or-restart";
    await run(["/usr/bin/systemctl", verb, service.unit], 120);
  }
  writeManifest(manifest);
  return { ok: false, error: error.message, rolledBack: true };
}
