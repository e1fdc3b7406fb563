import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Bundle, BundleService } from "./bundle";
import { writeAtomically, readFile, sha256 } from "./files";
import { stateDirectory } from "./directories";
import { currentRelease } from "./release";
import { unitStates } from "./systemd";

/** Record of what the last run put on the host. */
export interface Manifest {
  /** Paths of files. */
  files: string[];
  /** Paths of secret files. */
  secretFiles: string[];
  /** Managed services. */
  services: BundleService[];
  /** Directory of releases, if any. */
  releaseRoot?: string;
  /** True from the first swap until everything is healthy; if it stays true, the run was interrupted. */
  pending: boolean;
}

/** Path of the manifest. */
export const manifestPath = `${stateDirectory}/manifest.json`;

/** The manifest of the last run; empty on a new host. */
export function readManifest(): Manifest {
  if (!existsSync(manifestPath))
    return { files: [], secretFiles: [], services: [], pending: false };
  return JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
}

/** True if both manifests are equal. */
export function isSameManifest(one: Manifest, other: Manifest): boolean {
  return isDeepStrictEqual(one, other);
}

/** Writes the manifest. */
export function writeManifest(manifest: Manifest): void {
  const content = `${JSON.stringify(manifest)}\n`;
  writeAtomically(manifestPath, { content, owner: "root", group: "root", mode: "0600" });
}

/** Units of `these` that are not among `those`. */
export function unitsOnlyIn(
  these: readonly BundleService[],
  those: readonly BundleService[],
): string[] {
  const stay = new Set(those.map(({ unit }) => unit));
  return these.map(({ unit }) => unit).filter((unit) => !stay.has(unit));
}

/** Manifest after a finished run of that bundle. */
export function manifestOf({ files, secretFiles, services, release }: Bundle): Manifest {
  return {
    files: Object.keys(files),
    secretFiles: Object.keys(secretFiles),
    services,
    ...(release ? { releaseRoot: release.root } : {}),
    pending: false,
  };
}

/** Union of both manifests, so that an interrupted run loses no path or unit. */
export function unionOf(before: Manifest, after: Manifest): Manifest {
  const old = new Set(unitsOnlyIn(before.services, after.services));
  return {
    ...after,
    files: [...new Set([...before.files, ...after.files])],
    secretFiles: [...new Set([...before.secretFiles, ...after.secretFiles])],
    services: [...after.services, ...before.services.filter(({ unit }) => old.has(unit))],
    pending: true,
  };
}

/** State of everything on the host that the last run manages. Secrets appear as digests only. */
export async function readHost() {
  const manifest = readManifest();
  const found = (paths: readonly string[]) => paths.map((path) => [path, readFile(path)] as const);
  const files = found(manifest.files);
  const secretFiles = found(manifest.secretFiles);
  const states = await unitStates(manifest.services.map(({ unit }) => unit));
  return {
    ok: true,
    files: Object.fromEntries(files.map(([path, file]) => [path, file?.content ?? null])),
    attributes: Object.fromEntries(
      [...files, ...secretFiles].flatMap(([path, file]) =>
        file ? [[path, `${file.owner}:${file.group} ${file.mode}`]] : [],
      ),
    ),
    secrets: Object.fromEntries(
      secretFiles.map(([path, file]) => [path, file ? sha256(file.content) : null]),
    ),
    services: Object.fromEntries([...states].map(([unit, { active }]) => [unit, active])),
    release: (manifest.releaseRoot && currentRelease(manifest.releaseRoot)) || null,
    pending: manifest.pending,
  };
}
