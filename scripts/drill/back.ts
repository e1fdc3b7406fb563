import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { repositoryRoot } from "../local/paths";
import type { Drill, Measured } from "./drill";
import { npmEnded, npmRun } from "../local/processes";
import { writeRelease } from "./release-app";
import { withStackFile } from "./up";

/** Longest `deploy:back`, milliseconds: two tiers, one node after the other. */
const longestMs = 600_000;
/** Trial of the release on the first app node, seconds; short, because the local stack has no visitors during the trial. */
const trialSeconds = 2;
/** Author of the throw-away commit. */
const author = ["-c", "user.name=drill", "-c", "user.email=drill@localhost"];

function git(...words: string[]): string {
  return execFileSync("git", words, { cwd: repositoryRoot, encoding: "utf8" }).trim();
}

/**
 * Branch or commit of the checkout. @throws Error if a file is not committed: the drill would lose the file, or deploy
 * it without a commit.
 */
function cleanCheckout(): string {
  const edited = git("status", "--porcelain");
  if (edited !== "") {
    throw new Error(
      `the drill moves the checkout to another branch; commit or stash first:\n${edited}`,
    );
  }
  const branch = git("rev-parse", "--abbrev-ref", "HEAD");
  return branch === "HEAD" ? git("rev-parse", "HEAD") : branch;
}

/** Runs `work` on a branch of its own, whose first commit names another app; afterwards restores the checkout. */
async function onBrokenBranch(folder: string, work: () => Promise<void>): Promise<void> {
  const before = cleanCheckout();
  const branch = `drill-back-${process.pid}`;
  git("switch", "--quiet", "--create", branch);
  try {
    await withStackFile(async (edit) => {
      edit((settings) => {
        const health = { path: "/health" };
        const app = { ...settings["webstack:app"], path: folder, trialSeconds, health };
        settings["webstack:app"] = app;
      });
      git(...author, "commit", "--quiet", "--all", "--no-verify", "-m", "fails its visitors");
      await work();
    });
  } finally {
    const isBranch = !/^[0-9a-f]{40,64}$/.test(before);
    git("switch", "--quiet", "--force", ...(isBranch ? [] : ["--detach"]), before);
    git("branch", "--quiet", "--delete", "--force", branch);
  }
}

/** Runs `up:local`, which applies everything and then waits in vain for the page of a release that fails its visitors. */
async function deployed(): Promise<void> {
  const { output } = await npmEnded("up:local");
  if (!output.includes("pulumi up: done")) throw new Error(`the deploy ended early: ${output}`);
}

/** Deploys a commit as the workflow does; its release is healthy, and answers 500 to visitors. */
async function deployAndGoBack(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-release-"));
  const notes: string[] = [];
  let tookMs = 0;
  try {
    cleanCheckout();
    await npmRun("up:local");
    await npmRun("smoke");
    await npmRun("deploy:back", "--note");
    writeRelease(folder, "fails its visitors", "2.0.0");
    await onBrokenBranch(folder, async () => {
      await deployed();
      const { status, output } = await npmEnded("smoke");
      if (status === 0) throw new Error(`the smoke test saw nothing: ${output}`);
      const [failed = ""] = output.split("\n").filter((line) => line.startsWith("FAIL"));
      const begunMs = performance.now();
      await npmRun("deploy:back", "--yes");
      tookMs = performance.now() - begunMs;
      notes.push(`smoke: ${failed.trim()}`, `the way back took ${Math.round(tookMs / 1000)} s`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await npmRun("up:local");
  }
  return { outageMs: tookMs, requests: 0, failed: 0, moves: 0, notes };
}

/** A deploy that fails the smoke test, and the return to the earlier commit. */
export const backDrills: readonly Drill[] = [
  {
    ...{ id: "W1", title: "a deploy that fails its smoke test goes back" },
    ...{ boundMs: longestMs, moves: [0, 0], run: deployAndGoBack },
  },
];
