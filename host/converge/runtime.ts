import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import type { BundleRelease, BundleRuntime } from "./bundle";
import { readJournal } from "./journal";
import { checkDigest, storeChecked } from "./release";
import { runOrThrow, say } from "./run";

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
  say("unpacked", `runtime ${digest}`);
}

/** Removes runtimes, except that of the release, those of kept releases, and the newest other one. */
export function pruneRuntimes({ root: app, runtime }: BundleRelease): void {
  if (!runtime || !existsSync(runtime.root)) return;
  const needed = new Set([runtime.digest]);
  for (const { digest, runtime: own } of readJournal()) {
    if (own !== undefined && existsSync(`${app}/releases/${digest}`)) needed.add(own);
  }
  readdirSync(runtime.root)
    .filter((name) => !needed.has(name))
    .map((name) => ({ name, time: statSync(`${runtime.root}/${name}`).mtimeMs }))
    // Remains of an interrupted transfer are removed first.
    .sort(
      (a, b) => Number(a.name.startsWith(".")) - Number(b.name.startsWith(".")) || b.time - a.time,
    )
    .slice(1)
    .forEach(({ name }) => rmSync(`${runtime.root}/${name}`, { recursive: true, force: true }));
}
