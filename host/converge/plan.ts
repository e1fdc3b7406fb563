import { existsSync } from "node:fs";
import type { BundleFile, Wanted } from "./bundle";
import { isSame, readFile } from "./files";
import type { Manifest } from "./manifest";
import { currentRelease, unpackRelease } from "./release";

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
