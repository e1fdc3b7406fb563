import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  readFileSync,
  writeFileSync,
  chmodSync,
  statSync,
  lutimesSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { BundleRelease } from "./bundle";
import { removeDurably, replaceAtomically } from "./durable";
import { runOrThrow, reportStep } from "./run";
import { archivePath, download } from "./transfer";

/** Name of a release that is being unpacked, with the id of the process. */
const draftForm = /^[0-9a-f]{64}\.\d+$/;

/** Digest that `current` points at; undefined if there is no release. */
export function currentRelease(root: string): string | undefined {
  try {
    return basename(readlinkSync(`${root}/current`));
  } catch {
    return undefined;
  }
}

/** Points `current` at a release atomically. Returns the previous digest. */
export function switchRelease(root: string, digest: string | undefined): string | undefined {
  const before = currentRelease(root);
  if (digest === undefined) removeDurably(`${root}/current`);
  else replaceAtomically(`${root}/current`, (draft) => symlinkSync(`releases/${digest}`, draft));
  return before;
}

/** Removes what interrupted runs have unpacked. */
function removeDrafts(root: string): void {
  const folder = `${root}/releases`;
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (draftForm.test(name)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
  }
}

/**
 * Unpacks a release beside the others; it is unused until it is staged or switched to. Returns false if its archive is
 * missing: on a first boot it is pushed later. Call with the lock of a run.
 */
export async function unpackRelease(release: BundleRelease): Promise<boolean> {
  const target = `${release.root}/releases/${release.digest}`;
  removeDrafts(release.root);
  if (existsSync(target)) return true;
  const archive = archivePath(release.digest);
  if (!existsSync(archive)) {
    if (!release.url) return false;
    await download(release);
  }
  const draft = `${target}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true, mode: 0o755 });
    await runOrThrow(["/usr/bin/tar", "-xzf", archive, "-C", draft, "--no-same-owner"], 300);
    setReleaseModes(draft);
    labelRelease(draft, release.digest);
    setReleaseTime(draft, release.digest);
    // A power failure must not leave an incomplete release under its final name.
    await runOrThrow(["/usr/bin/sync", "-f", draft], 60);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  rmSync(archive, { force: true });
  reportStep("unpacked", release.digest);
  return true;
}

/** Fields of a release's `.webstack-release.json` that visitors may see. */
interface Facts {
  version?: unknown;
  commit?: unknown;
  dirty?: unknown;
}

/** Length of a shortened commit or digest. */
const shortLength = 12;

/** Value of the header: version and commit, or the shortened digest if the release has neither. */
function labelOf({ version, commit, dirty }: Facts, digest: string): string {
  const isVersion = typeof version === "string" && /^[\w.+-]{1,64}$/.test(version);
  const isCommit = typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit);
  const parts = [
    ...(isVersion ? [version] : []),
    ...(isCommit ? [`${commit.slice(0, shortLength)}${dirty === true ? "-dirty" : ""}`] : []),
  ];
  return parts.join(" ") || digest.slice(0, shortLength);
}

function factsIn(directory: string): Facts {
  const path = `${directory}/.webstack-release.json`;
  try {
    const facts: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    return typeof facts === "object" && facts !== null ? facts : {};
  } catch {
    return {};
  }
}

/**
 * Writes an Nginx snippet into the release directory that names the release in a header. Whatever the
 * archive has at that path is replaced, also a link, because it would become part of Nginx's
 * configuration.
 */
export function labelRelease(directory: string, digest: string): void {
  const path = `${directory}/.webstack-nginx.conf`;
  rmSync(path, { recursive: true, force: true });
  const line = `add_header X-Release "${labelOf(factsIn(directory), digest)}" always;\n`;
  writeFileSync(path, line, { flag: "wx", mode: 0o644 });
}

/**
 * Gives everything in a release the modes of a packed one (`release/pack.ts`): 0755 for the directory, those below it and
 * programs, 0644 for other files. An archive of the operator's own has other ones, such as 0700 of `mktemp -d` for `./`,
 * and Nginx, which is not the owner, would answer 403 or 404 to every request. Links are not followed.
 */
function setReleaseModes(directory: string): void {
  // First, so that the directory can be read.
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) setReleaseModes(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

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
