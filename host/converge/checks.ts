import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import type { BundleCheck } from "./bundle";
import { writeAtomically } from "./files";
import { ownWords } from "./own-words";
import { runDirectory } from "./places";
import type { Plan } from "./plan";
import { run, say } from "./run";

const stage = `${runDirectory}/stage`;

/**
 * Mounts the staged files over /etc for one program only, takes away what is to be removed, then
 * runs the program. Arguments: stage, number of paths to remove, the paths, the program's own.
 */
const insideOverlay = [
  'mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc || exit 1',
  "n=$2; shift 2",
  'while [ "$n" -gt 0 ]; do rm -f "$1"; shift; n=$((n - 1)); done',
  'exec "$@"',
].join("\n");

/**
 * Runs the checks that concern what changes. The checkers see the new files at their final paths,
 * in a mount namespace of their own; everybody else still sees the old ones. The stage is in
 * memory, since it holds secrets.
 *
 * @throws Error with the checker's words.
 */
export async function checkStaged(checks: readonly BundleCheck[], plan: Plan): Promise<void> {
  const { write, remove } = plan;
  const there = (path: string) => write.has(path) || existsSync(path);
  const changes = (path: string) => write.has(path) || remove.includes(path);
  const due = checks.filter(({ files, needs = [] }) => files.some(changes) && needs.every(there));
  if (due.length === 0) return;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(`${stage}/upper`, { recursive: true, mode: 0o755 });
  mkdirSync(`${stage}/work`);
  const gone = remove.filter((path) => path.startsWith("/etc/"));
  try {
    for (const [path, file] of write) {
      if (path.startsWith("/etc/")) writeAtomically(`${stage}/upper${path.slice(4)}`, file);
    }
    // In turn: two overlays must not share an upper directory.
    for (const check of due) await checkOne(check, gone, plan);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

async function checkOne(
  { command, files }: BundleCheck,
  gone: readonly string[],
  plan: Plan,
): Promise<void> {
  say("check", command.join(" "));
  const { status, stdout, stderr } = await run([
    ...["/usr/bin/unshare", "--mount", "--propagation", "private"],
    ...["/bin/sh", "-c", insideOverlay, "sh", stage, String(gone.length), ...gone, ...command],
  ]);
  if (status !== 0) {
    const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
    const refusal = `refused by its checker: ${command.join(" ")} ended with ${status}:\n${said}`;
    throw new Error([...ownWords(said, contents(files, plan)), refusal].join("\n"));
  }
}

/** What the checker saw at those paths. */
function contents(paths: readonly string[], { write }: Plan): Map<string, string> {
  const there = paths.filter((path) => write.has(path) || existsSync(path));
  return new Map(
    there.map((path) => [path, write.get(path)?.content ?? readFileSync(path, "utf8")]),
  );
}
