import type { Preview } from "../../preview/model";
import type { RehearsalOptions } from "./command-line";
import { doneNode, type Load, type Loaded, type NodeTime, nodeTimes } from "./measured";
import type { Ended, Tree } from "./tree";

/** Dependencies of {@link rehearse}. */
export interface RehearsalDependencies {
  tree: Pick<Tree, "commit" | "present" | "checkOut" | "sameDependencies">;
  /** Runs npm in the directory of the rehearsal, and passes each line of its output on. */
  npm(words: readonly string[], onLine?: (line: string) => void): Promise<Ended>;
  /** The visitors' URL of the stack, once it is up. */
  url(): string;
  load(url: string): Load;
  pause(ms: number): Promise<void>;
  say(line: string): void;
}

/** Result of a rehearsal. */
export interface Rehearsed {
  /** Commit of the base. */
  base: string;
  /** Preview of the change. */
  preview: Preview;
  /** Visitors' results; absent: the plan was refused, and nothing was changed. */
  loaded?: Loaded;
  nodes: NodeTime[];
  /** Reason why the change failed. */
  failure?: string;
  drills: { suite: string; ids: readonly string[]; isGood: boolean }[];
}

/** Watched time before and after the change, milliseconds. */
const aroundMs = 3_000;
/** Number of lines of a failed update's output in the message. */
const shownLines = 20;

/**
 * Creates the stack of the base, starts the load, applies the present files to the same stack, and runs the drills.
 *
 * @throws Error if the base cannot be created, or if the preview fails.
 */
export async function rehearse(
  order: RehearsalOptions,
  dependencies: RehearsalDependencies,
): Promise<Rehearsed> {
  const { tree, npm, say } = dependencies;
  const base = tree.commit(order.base);
  const present = tree.present();
  say(`the base, ${base.slice(0, 12)}, on the local cloud`);
  tree.checkOut(base);
  await done(npm(["ci", "--no-audit", "--no-fund"]), "npm ci of the base");
  await done(npm(["run", "up:local"], say), "npm run up:local of the base");
  say("the present files");
  tree.checkOut(present);
  const fresh = tree.sameDependencies(base, present)
    ? ["run", "prepare", "--if-present"]
    : ["ci", "--no-audit", "--no-fund"];
  await done(npm(fresh), `npm ${fresh.join(" ")} of the present files`);
  const preview = await previewed(dependencies, base);
  if (preview.refused.length > 0) {
    return { base, preview, nodes: [], failure: "the plan is refused", drills: [] };
  }
  const changed = await change(dependencies);
  const drills = changed.failure === undefined ? await drilled(order, dependencies) : [];
  return { base, preview, ...changed, drills };
}

async function previewed({ npm }: RehearsalDependencies, base: string): Promise<Preview> {
  // A refused plan has status 1 and is a result.
  const words = ["run", "--silent", "preview", "--", "--stack", "local", "--json", "--base", base];
  const { status, stdout, output } = await npm(words);
  try {
    return JSON.parse(stdout) as Preview;
  } catch {
    throw new Error(`npm run preview of the present files ended with ${status}: ${end(output)}`);
  }
}

async function change(
  dependencies: RehearsalDependencies,
): Promise<Pick<Rehearsed, "loaded" | "nodes" | "failure">> {
  const { npm, pause, say } = dependencies;
  say("requests begin; then the change");
  const load = dependencies.load(dependencies.url());
  const lines: string[] = [];
  const onLine = (line: string) => {
    say(line);
    lines.push(line);
    const node = doneNode(line)?.node;
    if (node !== undefined) load.mark(node);
  };
  let failure: string | undefined;
  try {
    await pause(aroundMs);
    load.mark("change");
    const { status, output } = await npm(["run", "up:local"], onLine);
    load.mark(status === 0 ? "done" : "failed");
    if (status !== 0) failure = `npm run up:local ended with ${status}: ${end(output)}`;
    await pause(aroundMs);
  } catch (error) {
    await load.stop();
    throw error;
  }
  const loaded = await load.stop();
  return { loaded, nodes: nodeTimes(lines), ...(failure === undefined ? {} : { failure }) };
}

async function drilled({ drills }: RehearsalOptions, { npm, say }: RehearsalDependencies) {
  const all: Rehearsed["drills"] = [];
  for (const [suite, ids] of drills) {
    say(`drills ${ids.join(", ")}`);
    const { status } = await npm(["run", "drill", "--", suite, ...ids, "--runs", "1"], say);
    all.push({ suite, ids, isGood: status === 0 });
  }
  return all;
}

/** @throws Error with the end of the output, if the command failed. */
async function done(command: Promise<Ended>, what: string): Promise<void> {
  const { status, output } = await command;
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${end(output)}`);
}

function end(output: string): string {
  return output.trim().split("\n").slice(-shownLines).join("\n");
}
