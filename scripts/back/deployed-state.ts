import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { z } from "zod";
import { localStackName, repositoryRoot } from "../local/paths";
import { outputsOf } from "../operate/operated-stack";
import { pulumiOf } from "../operate/engine-commands";

/** What a stack ran at a moment. */
const beforeShape = z.object({
  /** Commit of the program and the stack file, 40 hexadecimal digits. */
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** SHA-256 of the app's release. @default not known: an earlier release of this project made the outputs */
  release: z.string().optional(),
});

/** What a stack ran at a moment. */
export type DeployedState = z.infer<typeof beforeShape>;

/** Updates as `pulumi stack history --json` prints them, the newest first. */
export const historyShape = z.array(
  z.object({
    kind: z.string(),
    result: z.string().optional(),
    message: z.string().default(""),
    environment: z.record(z.string(), z.string()).default({}),
  }),
);

/**
 * Message of the update of a `deploy:back`: the engine itself records the commit of the checkout, not that of the
 * update.
 */
export function backMessage(commit: string): string {
  return `deploy:back to ${commit}`;
}

/**
 * The commit that the last complete update applied; or, as a sentence, why that commit is not known.
 *
 * @param history updates of the stack, the newest first.
 */
export function deployedCommit(
  history: z.infer<typeof historyShape>,
): { commit: string } | { reason: string } {
  const last = history.find(({ kind, result }) => kind === "update" && result === "succeeded");
  if (!last) return { reason: "no update of the stack ended well yet" };
  // Without a message the engine takes the title of the commit, which may be any text.
  const message = last.environment["pulumi.flag.message"] === "set" ? last.message : "";
  const [, back] = /^deploy:back to ([0-9a-f]{40,64})$/.exec(message) ?? [];
  if (back !== undefined) return { commit: back };
  const commit = last.environment["git.head"];
  if (commit === undefined) return { reason: "the last update was made outside of a Git checkout" };
  if (last.environment["git.dirty"] === "true") {
    const short = commit.slice(0, 12);
    return { reason: `the last update had files that were not committed, on top of ${short}` };
  }
  return { commit };
}

/** Number of newest updates that are read: refreshes and failed updates may be newer than the last complete one. */
const maxUpdates = 50;

/** File with the record of what a stack ran; undefined: the local stack. */
function noteFile(stack: string | undefined): string {
  return join(repositoryRoot, ".webstack", stack ?? localStackName, "before-deploy.json");
}

/**
 * Records what a stack runs now. If that is no commit, an earlier record is removed, so that no `deploy:back` restores
 * it.
 *
 * @param forward true: a checkout that is earlier than what runs is refused.
 * @returns a line for the operator.
 * @throws Error if the stack is not up, or its history cannot be read.
 */
export async function recordDeployed(stack: string | undefined, forward = false): Promise<string> {
  const { release } = outputsOf(stack);
  const { pulumi } = await pulumiOf(stack);
  const words = ["--json", "--page-size", String(maxUpdates), "--page", "1"];
  const history = historyShape.parse(JSON.parse(pulumi("stack", "history", ...words)));
  const found = deployedCommit(history);
  const file = noteFile(stack);
  if ("reason" in found) {
    rmSync(file, { force: true });
    return `nothing is noted, and deploy:back will need --to: ${found.reason}`;
  }
  if (forward) refuseEarlier(stack ?? localStackName, found.commit);
  const before: DeployedState = {
    commit: found.commit,
    ...(release === undefined ? {} : { release: release.digest }),
  };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(before), { mode: 0o600 });
  const app = release === undefined ? "" : `, release ${release.digest.slice(0, 12)}`;
  return `noted: ${found.commit.slice(0, 12)}${app}`;
}

/** Reads the record. @throws Error if there is none. */
export function recordedState(stack: string | undefined): DeployedState {
  const file = noteFile(stack);
  if (existsSync(file)) return beforeShape.parse(JSON.parse(readFileSync(file, "utf8")));
  throw new Error(
    `${file} must say what ran before the deploy, got no such file; name a revision with --to, ` +
      "and run npm run deploy:back with --note before the next deploy",
  );
}

/**
 * Refuses a deploy that would take a stack back: a workflow run that waited for its approval, or that is run again, after
 * a later commit was deployed.
 *
 * @param running commit that the stack runs.
 * @param directory checkout that is deployed.
 * @throws Error if the checkout's commit is an ancestor of the running one. A commit that this repository does not have,
 *   as after a forced push, is no reason.
 */
export function refuseEarlier(
  stack: string,
  running: string,
  directory: string = repositoryRoot,
): void {
  const git = (...words: string[]) =>
    spawnSync("git", words, {
      cwd: directory,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const head = git("rev-parse", "--verify", "HEAD").stdout.trim();
  if (head === running) return;
  if (git("merge-base", "--is-ancestor", head, running).status !== 0) return;
  const [own, later] = [head, running].map((commit) => commit.slice(0, 12));
  throw new Error(
    `this checkout is ${own}, and ${stack} runs a later commit, ${later}: a deploy would take it back; deploy the newest ` +
      `commit, or go back with: npm run deploy:back -- --stack ${stack} --to ${own}`,
  );
}
