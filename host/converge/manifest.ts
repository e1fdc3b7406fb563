import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Bundle, BundleService } from "./bundle";
import { writeAtomically } from "./files";
import { stateDirectory } from "./places";

/** What the last run left on the host. */
export interface Manifest {
  /** Paths of files. */
  files: string[];
  /** Paths of secret files. */
  secretFiles: string[];
  /** Units. */
  services: BundleService[];
  /** Where releases are, if there are any. */
  releaseRoot?: string;
  /** True from the first swap until everything is healthy: a run was interrupted if it stays. */
  pending: boolean;
}

/** Where the record of the last run is. */
export const manifestPath = `${stateDirectory}/manifest.json`;

/** The record of the last run; empty on a new host. */
export function readManifest(): Manifest {
  if (!existsSync(manifestPath))
    return { files: [], secretFiles: [], services: [], pending: false };
  return JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
}

/** True if both say the same. */
export function isSameManifest(one: Manifest, other: Manifest): boolean {
  return isDeepStrictEqual(one, other);
}

/** Records what is on the host. */
export function writeManifest(manifest: Manifest): void {
  const content = `${JSON.stringify(manifest)}\n`;
  writeAtomically(manifestPath, { content, owner: "root", group: "root", mode: "0600" });
}

/** Units of `these` that are not among `those`. */
export function leaving(
  these: readonly BundleService[],
  those: readonly BundleService[],
): string[] {
  const stay = new Set(those.map(({ unit }) => unit));
  return these.map(({ unit }) => unit).filter((unit) => !stay.has(unit));
}

/** What a finished run of that bundle leaves. */
export function manifestOf({ files, secretFiles, services, release }: Bundle): Manifest {
  return {
    files: Object.keys(files),
    secretFiles: Object.keys(secretFiles),
    services,
    ...(release ? { releaseRoot: release.root } : {}),
    pending: false,
  };
}

/** Both runs' paths and units, so that an interrupted run forgets nothing. */
export function united(before: Manifest, after: Manifest): Manifest {
  const old = new Set(leaving(before.services, after.services));
  return {
    ...after,
    files: [...new Set([...before.files, ...after.files])],
    secretFiles: [...new Set([...before.secretFiles, ...after.secretFiles])],
    services: [...after.services, ...before.services.filter(({ unit }) => old.has(unit))],
    pending: true,
  };
}
