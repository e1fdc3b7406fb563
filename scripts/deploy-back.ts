import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { planOf } from "../preview/plan";
import { previewOf } from "../preview/preview";
import { text } from "../preview/render/text";
import { parseCommandLine, type BackOptions } from "./back/command-line";
import { type BackEngine, goBack, type BackDependencies } from "./back/go-back";
import { recordDeployed, recordedState } from "./back/deployed-state";
import { cliEngine } from "./deploy/cli-engine";
import { takeInterrupts } from "./deploy/interrupt";
import { localEngine } from "./deploy/local-engine";
import {
  pinnedCommand,
  pinnedRuntime,
  appIn,
  naming,
  readStackFile,
  stackFileName,
} from "./deploy/stack-file";
import { rollbackTarget } from "./deploy/rollback-target";
import { consent } from "./deploy/session";
import { SwitchWatch } from "./deploy/switch-watch";
import { engineReason } from "./local/engine-progress";
import { localPaths, localStackName, repositoryRoot } from "./local/paths";
import { takeLock } from "./local/processes";
import { chosenStack } from "./operate/chosen-stack";
import { outputsOf } from "./operate/operated-stack";
import { releasesOf } from "./operate/releases";
import { fileAt } from "./preview/settings";
import { layOut } from "./preview/without-token";
import { npmIn, Tree } from "./rehearse/tree";
import { resumeNamed } from "./resume/command-engine";
import { testSite } from "./smoke/test-site";

const tree = new Tree(repositoryRoot, join(repositoryRoot, ".webstack", "back"));
const say = (line: string) => console.log(line);

/**
 * The text of a stack file that pins a release that ran before: the nodes have the release, and need neither build nor
 * migration.
 */
async function pinned(
  stack: string | undefined,
  settings: string,
  release: string,
): Promise<string> {
  const outputs = outputsOf(stack);
  const states = await releasesOf(outputs);
  const { digest } = rollbackTarget(states, release);
  const facts = [...states.values()].map((state) => state?.facts.get(digest)).find(Boolean);
  const app = appIn(settings);
  const command = await pinnedCommand(outputs, { digest, facts, app });
  const runtime = pinnedRuntime({ digest, facts, app });
  return naming(settings, {
    pin: digest,
    ...(command === undefined ? {} : { command }),
    ...(runtime === undefined ? {} : { runtime }),
  });
}

/**
 * Checks a commit's files out into the tree: with the packages of this checkout if they are the same, else with the
 * commit's own.
 */
async function putFiles(commit: string, isLocal: boolean, signal: AbortSignal): Promise<void> {
  const isSame = tree.sameDependencies(commit, "HEAD");
  if (!isSame && isLocal) {
    throw new Error(
      `${commit.slice(0, 12)} has other packages than this checkout, whose process runs the program of the local ` +
        "stack; check that commit out, run npm ci, then npm run up:local",
    );
  }
  if (isSame) layOut(tree, commit);
  else tree.checkOut(commit);
  const own = join(tree.path, ".webstack");
  mkdirSync(own, { recursive: true });
  for (const kept of ["releases", "runtimes"]) {
    const here = join(repositoryRoot, ".webstack", kept);
    if (existsSync(here) && !existsSync(join(own, kept))) symlinkSync(here, join(own, kept));
  }
  if (isSame) return;
  say("npm ci of that commit");
  const { status, output } = await npmIn(tree.path, signal)(["ci", "--no-audit", "--no-fund"]);
  if (status !== 0)
    throw new Error(`npm ci of ${commit.slice(0, 12)} ended with ${status}: ${output}`);
}

async function engineOf(
  stack: string | undefined,
  settings: string,
  signal: AbortSignal,
): Promise<BackEngine> {
  const options = { settings, files: "back", directory: tree.path, say, signal };
  if (stack !== undefined) await resumeNamed(stack, say);
  const engine = await (stack === undefined ? localEngine(options) : cliEngine(stack, options));
  return {
    preview: async () => {
      const events: EngineEvent[] = [];
      try {
        await engine.preview((event) => void events.push(event));
      } catch (error) {
        // The events of a refused plan include the reasons.
        if (planOf(events).errors.length > 0) return planOf(events);
        throw new Error(engineReason(error as Error), { cause: error });
      }
      return planOf(events);
    },
    up: async (message) => {
      const watch = new SwitchWatch(say);
      try {
        await engine.up(watch.onEvent, message);
      } catch (error) {
        const stopped = watch.stopped().map(({ name, reason }) => `${name}: ${reason}`);
        const lines = stopped.length > 0 ? stopped : watch.others();
        throw new Error(lines.join("\n") || engineReason(error as Error), { cause: error });
      }
    },
  };
}

async function back(order: BackOptions, stack: string | undefined): Promise<void> {
  const name = stack ?? localStackName;
  // This call fails with a message if the stack is not up.
  outputsOf(stack);
  const before = order.to === undefined ? recordedState(stack) : { commit: order.to };
  const { engineSignal: signal } = takeInterrupts(say);
  if (stack === undefined) takeLock(localPaths.lock, "npm run deploy:back");
  tree.remove();
  const dependencies: BackDependencies = {
    ...{ stack: name, today: new Date(), say },
    commit: (revision) => tree.commit(revision, "--to"),
    stackFile: (commit) => fileAt(commit, stackFileName(name), repositoryRoot),
    presentFile: () => readStackFile(name, repositoryRoot).text,
    pinned: (settings, release) => pinned(stack, settings, release),
    layOut: (commit) => putFiles(commit, stack === undefined, signal),
    engine: (settings) => engineOf(stack, settings, signal),
    show: (plan) => say(text(previewOf(plan, { stack: name }))),
    consent: () => consent({ stack: name }, order),
    smoke: () => testSite(stack, { directory: tree.path }),
  };
  try {
    await goBack(before, dependencies);
  } finally {
    process.chdir(repositoryRoot);
    tree.remove();
  }
}

/**
 * `npm run deploy:back -- [--stack S] --note [--forward]`: records what a stack runs, before a deploy. `npm run deploy:back --
 * [--stack S] [--to REVISION] [--yes]`: restores that, if the update deletes and replaces nothing, and runs the smoke
 * test. Status 1 if the update is refused, or the smoke test fails.
 */
async function main(): Promise<void> {
  const order = parseCommandLine(process.argv.slice(2));
  const stack = chosenStack(order.stack, order.notes ? {} : { dangerous: "npm run deploy:back" });
  if (order.notes) return say(await recordDeployed(stack, order.forward));
  await back(order, stack);
}

main().catch((error: Error) => {
  console.error(`\ndeploy:back stopped: ${error.message}`);
  process.exit(1);
});
