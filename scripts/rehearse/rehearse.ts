import type { Preview } from "../../preview/model";
import type { AskedRehearsal } from "./asked";
import { doneNode, type Load, type Loaded, type NodeTime, nodeTimes } from "./measured";
import type { Ended, Tree } from "./tree";

/** What a rehearsal works with. */
export interface World {
  tree: Pick<Tree, "commit" | "present" | "checkOut" | "sameDependencies">;
  /** Runs npm in the directory of the rehearsal; each line of what it says is passed on. */
  npm(words: readonly string[], onLine?: (line: string) => void): Promise<Ended>;
  /** The stack's address for visitors, once it is up. */
  url(): string;
  load(url: string): Load;
  pause(ms: number): Promise<void>;
  say(line: string): void;
}

/** What a rehearsal found. */
export interface Rehearsed {
  /** Commit of the base. */
  base: string;
  /** What was to happen, before it did. */
  preview: Preview;
  /** What visitors had of it; absent: nothing was begun, since the plan is refused. */
  loaded?: Loaded;
  nodes: NodeTime[];
  /** Why the change did not end well. */
  failure?: string;
  drills: { suite: string; ids: readonly string[]; isGood: boolean }[];
}

/** Time that is watched before and after the change, milliseconds. */
const aroundMs = 3_000;
/** Lines of a failed update that are repeated. */
const toldLines = 20;

/**
 * Brings the base up, puts requests on, applies the present files on top of the same stack, and drills what is asked.
 *
 * @throws Error if there is no base to apply them on, or no plan.
 */
export async function rehearse(order: AskedRehearsal, world: World): Promise<Rehearsed> {
  const { tree, npm, say } = world;
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
  const preview = await previewed(world, base);
  if (preview.refused.length > 0) {
    return { base, preview, nodes: [], failure: "the plan is refused", drills: [] };
  }
  const changed = await change(world);
  const drills = changed.failure === undefined ? await drilled(order, world) : [];
  return { base, preview, ...changed, drills };
}

async function previewed({ npm }: World, base: string): Promise<Preview> {
  // A refused plan ends with 1 and is an answer.
  const words = ["run", "--silent", "preview", "--", "--stack", "local", "--json", "--base", base];
  const { status, stdout, said } = await npm(words);
  try {
    return JSON.parse(stdout) as Preview;
  } catch {
    throw new Error(`npm run preview of the present files ended with ${status}: ${end(said)}`);
  }
}

async function change(world: World): Promise<Pick<Rehearsed, "loaded" | "nodes" | "failure">> {
  const { npm, pause, say } = world;
  say("requests begin; then the change");
  const load = world.load(world.url());
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
    const { status, said } = await npm(["run", "up:local"], onLine);
    load.mark(status === 0 ? "done" : "failed");
    if (status !== 0) failure = `npm run up:local ended with ${status}: ${end(said)}`;
    await pause(aroundMs);
  } catch (error) {
    await load.stop();
    throw error;
  }
  const loaded = await load.stop();
  return { loaded, nodes: nodeTimes(lines), ...(failure === undefined ? {} : { failure }) };
}

async function drilled({ drills }: AskedRehearsal, { npm, say }: World) {
  const all: Rehearsed["drills"] = [];
  for (const [suite, ids] of drills) {
    say(`drills ${ids.join(", ")}`);
    const { status } = await npm(["run", "drill", "--", suite, ...ids, "--runs", "1"], say);
    all.push({ suite, ids, isGood: status === 0 });
  }
  return all;
}

/** @throws Error with the end of what it said, if the command failed. */
async function done(command: Promise<Ended>, what: string): Promise<void> {
  const { status, said } = await command;
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${end(said)}`);
}

function end(said: string): string {
  return said.trim().split("\n").slice(-toldLines).join("\n");
}
