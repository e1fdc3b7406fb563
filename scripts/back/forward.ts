import { spawnSync } from "node:child_process";
import { repositoryRoot } from "../local/paths";

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
