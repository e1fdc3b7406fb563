import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import type { BundleRuntime } from "./bundle";
import { archivePath } from "./release";
import { must, say } from "./run";

/** Runtimes kept: the one in use, and the one before, which a way back needs. */
const kept = 2;

/** Unpacks a runtime beside the others; nothing uses it yet. It waits for its archive on a first boot. */
export async function unpackRuntime({ root, digest }: BundleRuntime): Promise<void> {
  const target = `${root}/${digest}`;
  const archive = archivePath(digest);
  if (existsSync(target) || !existsSync(archive)) return;
  const draft = `${target}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true, mode: 0o755 });
    await must(["/usr/bin/tar", "-xzf", archive, "-C", draft, "--no-same-owner"], 300);
    // A power cut must not leave a runtime that looks whole and is not.
    await must(["/usr/bin/sync", "-f", draft], 60);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  rmSync(archive, { force: true });
  say("unpacked", `runtime ${digest}`);
}

/** Removes the oldest runtimes but two, never the one in use. */
export function pruneRuntimes({ root, digest }: BundleRuntime): void {
  if (!existsSync(root)) return;
  readdirSync(root)
    .filter((name) => name !== digest)
    .map((name) => ({ name, time: statSync(`${root}/${name}`).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .slice(kept - 1)
    .forEach(({ name }) => rmSync(`${root}/${name}`, { recursive: true, force: true }));
}
