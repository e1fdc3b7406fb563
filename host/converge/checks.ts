import { existsSync, mkdirSync, rmSync } from "node:fs";
import type { BundleCheck, BundleFile } from "./bundle";
import { writeAtomically } from "./files";
import { runDirectory } from "./manifest";
import { run, say } from "./run";

const stage = `${runDirectory}/stage`;

/** Mounts the staged files over /etc for one program only, then runs it. */
const insideOverlay =
  'mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc && shift && exec "$@"';

/**
 * Runs the checks that concern the changed files. The checkers see the new files at their final
 * paths, in a mount namespace of their own; everybody else still sees the old ones. The stage is
 * in memory, since it holds secrets.
 *
 * @throws Error with the checker's words.
 */
export async function checkStaged(
  checks: readonly BundleCheck[],
  changed: ReadonlyMap<string, BundleFile>,
): Promise<void> {
  const there = (path: string) => changed.has(path) || existsSync(path);
  const due = checks.filter(
    ({ files, needs = [] }) => files.some((file) => changed.has(file)) && needs.every(there),
  );
  if (due.length === 0) return;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(`${stage}/upper`, { recursive: true, mode: 0o755 });
  mkdirSync(`${stage}/work`);
  try {
    for (const [path, file] of changed) {
      if (path.startsWith("/etc/")) writeAtomically(`${stage}/upper${path.slice(4)}`, file);
    }
    // In turn: two overlays must not share an upper directory.
    for (const check of due) await checkOne(check);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

async function checkOne({ command }: BundleCheck): Promise<void> {
  say("check", command.join(" "));
  const { status, stdout, stderr } = await run([
    ...["/usr/bin/unshare", "--mount", "--propagation", "private"],
    ...["/bin/sh", "-c", insideOverlay, "sh", stage, ...command],
  ]);
  if (status !== 0) {
    const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new Error(`refused by its checker: ${command.join(" ")} ended with ${status}:\n${said}`);
  }
}
