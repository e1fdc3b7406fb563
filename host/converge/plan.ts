import { existsSync } from "node:fs";
import type { BundleFile, Wanted } from "./bundle";
import { isSame, readBack } from "./files";
import type { Manifest } from "./manifest";
import { currentRelease, unpackRelease } from "./release";

/** What is to change on the host. */
export interface Plan {
  /** Files to write, by path. */
  write: Map<string, BundleFile>;
  /** Files that an earlier bundle brought and this one does not. */
  remove: string[];
  /** The release to switch to, and the one before. */
  release?: { root: string; digest: string; before: string | undefined };
}

/** Every file that the host is to have. A secret that is not delivered again stays as it is. */
function wantedFiles({ bundle, secrets }: Wanted): Map<string, BundleFile> {
  const files = new Map(Object.entries(bundle.files));
  for (const [path, attributes] of Object.entries(bundle.secretFiles)) {
    const content = secrets[path] ?? readBack(path)?.content;
    if (content !== undefined) files.set(path, { ...attributes, content });
  }
  return files;
}

/** Compares the host with what is wanted; fetches and unpacks the release if it is not there. */
export async function makePlan(wanted: Wanted, manifest: Manifest): Promise<Plan> {
  const { files, secretFiles, release } = wanted.bundle;
  const write = new Map(
    [...wantedFiles(wanted)].filter(([path, file]) => !isSame(readBack(path), file)),
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
 * Paths whose services must act. After an interrupted run these are all paths: nobody knows which
 * service has seen which file.
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
