import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import type { BundleCheck } from "./bundle";
import { writeAtomically } from "./files";
import { stackFileMessages } from "./stack-file-messages";
import { runDirectory } from "./directories";
import type { Plan } from "./plan";
import { run, reportStep } from "./run";

const stage = `${runDirectory}/stage`;

/**
 * Shell script that mounts the staged files over /etc for one program only, removes files that the run
 * removes, and runs the program. Arguments: stage directory, number of paths to remove, the paths, the
 * program with its arguments.
 */
const insideOverlay = [
  'mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc || exit 1',
  "n=$2; shift 2",
  'while [ "$n" -gt 0 ]; do rm -f "$1"; shift; n=$((n - 1)); done',
  'exec "$@"',
].join("\n");

/**
 * Runs the checks of changed files. The checkers see the new files at their final paths in a mount
 * namespace; all other processes still see the old files. The stage is in memory, because it contains
 * secrets.
 *
 * @throws Error with the checker's output.
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
    // One check after the other: overlays must not share an upper directory.
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
  reportStep("check", command.join(" "));
  const { status, stdout, stderr } = await run([
    ...["/usr/bin/unshare", "--mount", "--propagation", "private"],
    ...["/bin/sh", "-c", insideOverlay, "sh", stage, String(gone.length), ...gone, ...command],
  ]);
  if (status !== 0) {
    const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n");
    const refusal = `the new configuration is refused: ${command.join(" ")} exited with ${status}:\n${output}`;
    throw new Error([...stackFileMessages(output, contents(files, plan)), refusal].join("\n"));
  }
}

/** Contents of the files at those paths, as the checker saw them. */
function contents(paths: readonly string[], { write }: Plan): Map<string, string> {
  const there = paths.filter((path) => write.has(path) || existsSync(path));
  return new Map(
    there.map((path) => [path, write.get(path)?.content ?? readFileSync(path, "utf8")]),
  );
}
