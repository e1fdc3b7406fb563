import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../local/paths";
import { localStackName } from "../local/stack-name";
import { outputsOf } from "../operate/operated-stack";
import { pulumiOf } from "../operate/pulumi-command";
import { type Before, beforeShape, deployedCommit, historyShape } from "./before";

/** Updates that are looked at: refreshes and failed updates may stand before the last complete one. */
const mostUpdates = 50;

/** File that keeps what a stack ran; undefined: the local stack. */
export function noteFile(stack: string | undefined): string {
  return join(repositoryRoot, ".webstack", stack ?? localStackName, "before-deploy.json");
}

/**
 * Keeps what a stack runs now. If that is no commit, an earlier note is removed, so that nobody goes back to it.
 *
 * @returns a line for the operator.
 * @throws Error if the stack is not up, or its history cannot be read.
 */
export async function note(stack: string | undefined): Promise<string> {
  const { release } = outputsOf(stack);
  const { pulumi } = await pulumiOf(stack);
  const words = ["--json", "--page-size", String(mostUpdates), "--page", "1"];
  const history = historyShape.parse(JSON.parse(pulumi("stack", "history", ...words)));
  const found = deployedCommit(history);
  const file = noteFile(stack);
  if ("reason" in found) {
    rmSync(file, { force: true });
    return `nothing is noted, and deploy:back will need --to: ${found.reason}`;
  }
  const before: Before = {
    commit: found.commit,
    ...(release === undefined ? {} : { release: release.digest }),
  };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(before), { mode: 0o600 });
  const app = release === undefined ? "" : `, release ${release.digest.slice(0, 12)}`;
  return `noted: ${found.commit.slice(0, 12)}${app}`;
}

/** What was noted. @throws Error if nothing is. */
export function noted(stack: string | undefined): Before {
  const file = noteFile(stack);
  if (existsSync(file)) return beforeShape.parse(JSON.parse(readFileSync(file, "utf8")));
  throw new Error(
    `${file} must say what ran before the deploy, got no such file; name a revision with --to, ` +
      "and run npm run deploy:back with --note before the next deploy",
  );
}
