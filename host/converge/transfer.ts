import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BundleRelease, BundleRuntime } from "./bundle";
import { stateDirectory } from "./directories";
import { runOrThrow, reportStep } from "./run";

const incoming = `${stateDirectory}/incoming`;
const digestForm = /^[0-9a-f]{64}$/;

/** Returns the digest. @throws Error if it is malformed. */
export function checkDigest(digest: string): string {
  if (!digestForm.test(digest)) throw new Error(`digest must be 64 hex digits, got "${digest}"`);
  return digest;
}

/** Path of the archive of a release that has arrived. @throws Error if the digest is malformed. */
export function archivePath(digest: string): string {
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

/** Downloads a release archive. @throws Error if the download fails, or its SHA-256 differs. */
export async function download(release: BundleRelease): Promise<void> {
  reportStep("download", release.url);
  const response = await fetch(release.url ?? "", { signal: AbortSignal.timeout(300_000) });
  if (!response.ok || !response.body) {
    throw new Error(`the download of ${release.url} failed with status ${response.status}`);
  }
  await receive(release.digest, Readable.fromWeb(response.body as never));
}

/** True if the runtime is on the host, completely. */
export function hasRuntime({ root, digest }: BundleRuntime): boolean {
  return existsSync(`${root}/${checkDigest(digest)}`);
}

/**
 * Receives a runtime archive and unpacks it into a directory named by its digest; it is unused until a
 * release needs it.
 *
 * @throws Error if its SHA-256 differs.
 */
export async function receiveRuntime(
  { root, digest }: BundleRuntime,
  source: NodeJS.ReadableStream,
): Promise<void> {
  const target = `${root}/${checkDigest(digest)}`;
  const draft = `${root}/.draft-${process.pid}`;
  mkdirSync(root, { recursive: true, mode: 0o755 });
  try {
    await storeChecked(`${draft}.tar.gz`, digest, "runtime", source);
    mkdirSync(draft, { recursive: true, mode: 0o755 });
    await runOrThrow(
      ["/usr/bin/tar", "-xzf", `${draft}.tar.gz`, "-C", draft, "--no-same-owner"],
      300,
    );
    // A power failure must not leave an incomplete runtime under its final name.
    await runOrThrow(["/usr/bin/sync", "-f", draft], 60);
    if (!existsSync(target)) renameSync(draft, target);
  } finally {
    for (const path of [draft, `${draft}.tar.gz`]) rmSync(path, { recursive: true, force: true });
  }
  reportStep("unpacked", `runtime ${digest}`);
}
