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
import { removeDurably, swapIn } from "./durable";
import { labelRelease } from "./label";
import { stateDirectory } from "./places";
import { must, say } from "./run";

const incoming = `${stateDirectory}/incoming`;
const digestForm = /^[0-9a-f]{64}$/;

/** The digest itself. @throws Error if it is none. */
export function checkDigest(digest: string): string {
  if (!digestForm.test(digest)) throw new Error(`digest must be 64 hex digits, got "${digest}"`);
  return digest;
}

function archivePath(digest: string): string {
  return `${incoming}/${checkDigest(digest)}.tar.gz`;
}

/** True if the release, or its archive, is on the host. */
export function hasRelease(digest: string, root = "/srv/app"): boolean {
  return existsSync(`${root}/releases/${digest}`) || existsSync(archivePath(digest));
}

/** Writes what arrives to `path`, for root alone. @throws Error if its SHA-256 is not `digest`. */
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
 * Stores an archive in place of others that nobody unpacked, such as that of a deploy that was given up.
 *
 * @throws Error if its SHA-256 is another one.
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
 * Fetches a release that is not here yet; nothing uses it until a bundle names it.
 *
 * @throws Error if it cannot be fetched, or its SHA-256 is another one.
 */
export async function fetchRelease(release: BundleRelease): Promise<void> {
  if (!hasRelease(release.digest, release.root)) await download(release);
}

async function download(release: BundleRelease): Promise<void> {
  say("download", release.url);
  const response = await fetch(release.url ?? "", { signal: AbortSignal.timeout(300_000) });
  if (!response.ok || !response.body) {
    throw new Error(`${release.url} answered ${response.status}`);
  }
  await receive(release.digest, Readable.fromWeb(response.body as never));
}

/** What `current` points at: a digest, or undefined. */
export function currentRelease(root: string): string | undefined {
  try {
    return basename(readlinkSync(`${root}/current`));
  } catch {
    return undefined;
  }
}

/** Points `current` at a release in one step. Returns the digest it pointed at before. */
export function switchRelease(root: string, digest: string | undefined): string | undefined {
  const before = currentRelease(root);
  if (digest === undefined) removeDurably(`${root}/current`);
  else swapIn(`${root}/current`, (draft) => symlinkSync(`releases/${digest}`, draft));
  return before;
}

/**
 * Unpacks a release beside the others; nothing uses it yet. Returns false when its archive has not
 * arrived: on a first boot it is pushed later.
 */
export async function unpackRelease(release: BundleRelease): Promise<boolean> {
  const target = `${release.root}/releases/${release.digest}`;
  if (existsSync(target)) return true;
  const archive = archivePath(release.digest);
  if (!existsSync(archive)) {
    if (!release.url) return false;
    await download(release);
  }
  const draft = `${target}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true, mode: 0o755 });
    await must(["/usr/bin/tar", "-xzf", archive, "-C", draft, "--no-same-owner"], 300);
    labelRelease(draft, release.digest);
    // A power cut must not leave a release that looks whole and is not.
    await must(["/usr/bin/sync", "-f", draft], 60);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  rmSync(archive, { force: true });
  say("unpacked", release.digest);
  return true;
}
