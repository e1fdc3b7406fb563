import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import type { BundleRelease, BundleRuntime } from "./bundle";
import { readJournal } from "./journal";
import { checkDigest, storeChecked } from "./release";
import { must, say } from "./run";

/** True if a runtime is on the host, whole. */
export function hasRuntime({ root, digest }: BundleRuntime): boolean {
  return existsSync(`${root}/${checkDigest(digest)}`);
}

/**
 * Takes the archive of a runtime and unpacks it beside the others, in a directory of its digest's name; nothing uses
 * it yet.
 *
 * @throws Error if its SHA-256 is another one.
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
    await must(["/usr/bin/tar", "-xzf", `${draft}.tar.gz`, "-C", draft, "--no-same-owner"], 300);
    // A power cut must not leave a runtime that looks whole and is not.
    await must(["/usr/bin/sync", "-f", draft], 60);
    if (!existsSync(target)) renameSync(draft, target);
  } finally {
    for (const path of [draft, `${draft}.tar.gz`]) rmSync(path, { recursive: true, force: true });
  }
  say("unpacked", `runtime ${digest}`);
}

/**
 * Removes runtimes, but for that of the release, those with which the releases ran that are kept, and the newest
 * of the others.
 */
export function pruneRuntimes({ root: app, runtime }: BundleRelease): void {
  if (!runtime || !existsSync(runtime.root)) return;
  const needed = new Set([runtime.digest]);
  for (const { digest, runtime: own } of readJournal()) {
    if (own !== undefined && existsSync(`${app}/releases/${digest}`)) needed.add(own);
  }
  readdirSync(runtime.root)
    .filter((name) => !needed.has(name))
    .map((name) => ({ name, time: statSync(`${runtime.root}/${name}`).mtimeMs }))
    // What a receiving that was cut off left behind goes first.
    .sort(
      (a, b) => Number(a.name.startsWith(".")) - Number(b.name.startsWith(".")) || b.time - a.time,
    )
    .slice(1)
    .forEach(({ name }) => rmSync(`${runtime.root}/${name}`, { recursive: true, force: true }));
}
