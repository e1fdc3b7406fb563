import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { databaseDrills } from "./drill/database";
import { edgeDrills } from "./drill/edge";
import { editDrills } from "./drill/edits";
import { tierDrills } from "./drill/tiers";
import { takeInterrupts } from "./deploy/interrupt";
import { cloudPort, repositoryRoot } from "./local/paths";
import { takeLock } from "./local/processes";
import { outputsShape } from "./operate/outputs";
import { parseCommandLine } from "./rehearse/command-line";
import { npmIn, Tree } from "./rehearse/tree";
import { loadOn } from "./rehearse/measured";
import { rehearse, type Rehearsed, type RehearsalDependencies } from "./rehearse/rehearse";
import { timelineSvg, report, shortfalls } from "./rehearse/report";

const folder = join(repositoryRoot, ".webstack", "rehearsal");
const tree = new Tree(repositoryRoot, join(folder, "tree"));
const state = join(tree.path, ".webstack", "local");
const say = (line: string) => console.log(line);

/** The visitors' URL. The load uses HTTP; if HTTP redirects to HTTPS, the load measures redirects by the load balancers. */
function url(): string {
  const text = readFileSync(join(state, "outputs.json"), "utf8");
  const outputs = outputsShape.parse(JSON.parse(text));
  const isPlain = outputs.url.startsWith("http:");
  return isPlain ? outputs.url : `http://${outputs.floatingIp.ipv4}/`;
}

/** Removes the stack of a rehearsal, if there is one, and its directory. */
async function clear(): Promise<void> {
  // Also after Ctrl-C.
  const npm = npmIn(tree.path, new AbortController().signal);
  if (existsSync(state)) {
    const { status, output } = await npm(["run", "down:local"]);
    if (status !== 0) throw new Error(`the rehearsal's stack is left in ${tree.path}: ${output}`);
  }
  tree.remove();
}

/** @throws Error if another local cloud runs on this machine: both would have the same addresses. */
async function refuseOther(): Promise<void> {
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: cloudPort });
    const end = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
  if (!isTaken) return;
  throw new Error(
    `a local cloud runs on port ${cloudPort}, and the rehearsal needs its addresses; npm run down:local first, where it was started`,
  );
}

function keep(rehearsed: Rehearsed, budget: number): void {
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(rehearsed, null, 2)}\n`);
  writeFileSync(join(folder, "report.md"), report(rehearsed, budget));
  const drawn = timelineSvg(rehearsed, budget);
  if (drawn !== undefined) writeFileSync(join(folder, "load.svg"), drawn);
}

/**
 * `npm run rehearse -- --base <revision> [--drills F5,F24] [--budget 0] [--keep]`: measures what an update to this
 * checkout's files does to the traffic of a stack of the base, on the local cloud. Status 1 if more requests are lost
 * than the budget allows, or if the change or a drill fails.
 */
async function main(): Promise<void> {
  const idsOf = (drills: readonly { id: string }[]) => drills.map(({ id }) => id);
  const order = parseCommandLine(process.argv.slice(2), {
    ...{ edge: idsOf(edgeDrills), database: idsOf(databaseDrills) },
    ...{ tiers: idsOf(tierDrills), edits: idsOf(editDrills) },
  });
  tree.commit(order.base);
  mkdirSync(folder, { recursive: true });
  for (const name of ["report.md", "report.json", "load.svg"])
    rmSync(join(folder, name), { force: true });
  takeLock(join(folder, "lock"), "npm run rehearse");
  const { signal } = takeInterrupts(say);
  // Left over from a killed rehearsal.
  await clear();
  await refuseOther();
  const dependencies: RehearsalDependencies = {
    tree,
    npm: npmIn(tree.path, signal),
    url,
    load: loadOn,
    say,
    pause: (ms) => pause(ms, undefined, { signal }),
  };
  try {
    const rehearsed = await rehearse(order, dependencies);
    keep(rehearsed, order.budget);
    say(`\n${report(rehearsed, order.budget)}`);
    process.exitCode = shortfalls(rehearsed, order.budget).length > 0 ? 1 : 0;
  } catch (error) {
    // A workflow shows the report of a failure too.
    writeFileSync(
      join(folder, "report.md"),
      `**Rehearsal stopped**: ${(error as Error).message}\n`,
    );
    throw error;
  } finally {
    if (order.keep) say(`the stack stays; in ${tree.path}: npm run down:local`);
    else await clear();
  }
}

main().catch((error: Error) => {
  console.error(`rehearse stopped: ${error.message}`);
  process.exitCode = 1;
});
