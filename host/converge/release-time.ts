import { lutimesSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Earliest time of a release's files, seconds since 1970: 2000-01-01. */
const firstSeconds = 946_684_800;

/**
 * Time of the files of a release, seconds since 1970: from 2000 to 2008, by the digest. Archives have no times. A time
 * that every web node knows, and that differs by release, makes Nginx's `ETag` and `Last-Modified` right: a browser learns
 * that a file may have changed, also if its size did not, and keeps a file while the release stays.
 */
export function releaseSeconds(digest: string): number {
  return firstSeconds + Number.parseInt(digest.slice(0, 7), 16);
}

/** Sets the time of everything in a release's directory, but not of the directory itself. Links are not followed. */
export function setReleaseTime(directory: string, digest: string): void {
  const seconds = releaseSeconds(digest);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) setReleaseTime(path, digest);
    lutimesSync(path, seconds, seconds);
  }
}
