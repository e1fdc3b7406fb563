import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { BundleService } from "./bundle";
import { writeAtomically } from "./files";

/** Directory of converge's own records. */
export const stateDirectory = "/var/lib/webstack";
/** Directory of what need not outlive a boot. */
export const runDirectory = "/run/webstack";

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

const path = `${stateDirectory}/manifest.json`;

/** The record of the last run; empty on a new host. */
export function readManifest(): Manifest {
  if (!existsSync(path)) return { files: [], secretFiles: [], services: [], pending: false };
  return JSON.parse(readFileSync(path, "utf8")) as Manifest;
}

/** True if both say the same. */
export function isSameManifest(one: Manifest, other: Manifest): boolean {
  return isDeepStrictEqual(one, other);
}

/** Records what is on the host. */
export function writeManifest(manifest: Manifest): void {
  mkdirSync(stateDirectory, { recursive: true });
  const content = `${JSON.stringify(manifest)}\n`;
  writeAtomically(path, { content, owner: "root", group: "root", mode: "0600" });
}
