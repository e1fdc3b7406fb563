import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BundleRelease } from "./bundle";
import { removeDurably, replaceAtomically } from "./durable";
import { labelRelease } from "./label";
import { stateDirectory } from "./directories";
import { runOrThrow, say } from "./run";

const incoming = `${stateDirectory}/incoming`;
const digestForm = /^[0-9a-f]{64}$/;
/** Name of a release that is being unpacked, with the id of the process. */
const draftForm = /^[0-9a-f]{64}\.\d+$/;

/** Returns the digest. @throws Error if it is malformed. */
export function checkDigest(digest: string): string {
  if (!digestForm.test(digest)) throw new Error(`digest must be 64 hex digits, got "${digest}"`);
  return digest;
}

function archivePath(digest: string): string {
  return `${incoming}/${checkDigest(digest)}.tar.gz`;
}

/** True if the release or its archive is on the host. */
export function hasRelease(digest: string, root = "/srv/app"): boolean {
  return existsSync(`${root}/releases/${digest}`) || existsSync(archivePath(digest));
}

/** Writes a stream to `path`, readable by root only. @throws Error if its SHA-256 is not `digest`. */
export async function storeChecked(
  path: string,
  digest: string,
  what: string,
  source: NodeJS.ReadableStream,
): Promise<void> {
  await pipeline(source, createWriteStream(path, { mode: 0o600 }));
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const found = hash.digest("hex");
  if (found !== digest) throw new Error(`the ${what} must have SHA-256 ${digest}, got ${found}`);
}

/**
 * Stores a release archive and removes other archives that were never unpacked, as after an abandoned
 * deploy.
 *
 * @throws Error if its SHA-256 differs.
 */
export async function receive(digest: string, source: NodeJS.ReadableStream): Promise<void> {
  const target = archivePath(digest);
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}`;
  try {
    await storeChecked(draft, digest, "release", source);
    for (const name of readdirSync(incoming)) {
      if (name.endsWith(".tar.gz")) rmSync(`${incoming}/${name}`, { force: true });
    }
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Downloads a release that is not on the host; it is unused until a bundle names it.
 *
 * @throws Error if the download fails, or its SHA-256 differs.
 */
export async function fetchRelease(release: BundleRelease): Promise<void> {
  if (!hasRelease(release.digest, release.root)) await download(release);
}

async function download(release: BundleRelease): Promise<void> {
  say("download", release.url);
  const response = await fetch(release.url ?? "", { signal: AbortSignal.timeout(300_000) });
  if (!response.ok || !response.body) {
    throw new Error(`the download of ${release.url} failed with status ${response.status}`);
  }
  await receive(release.digest, Readable.fromWeb(response.body as never));
}

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
    labelRelease(draft, release.digest);
    // A power failure must not leave an incomplete release under its final name.
    await runOrThrow(["/usr/bin/sync", "-f", draft], 60);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  rmSync(archive, { force: true });
  say("unpacked", release.digest);
  return true;
}
