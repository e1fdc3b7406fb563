import { setTimeout as delay } from "node:timers/promises";
import { archivedUpTo, executed, type Group, noteChain, openGroup } from "./group";
import { type Instance, until } from "./instance";
import { Load } from "./load";
import { contentOf, endTrial, failTrial, recordFinding } from "./findings";
import type { Node } from "./programs";
import { restored } from "./restored";

/** Runs in a container of the host image: `faults-inside.js PROGRAMS COUNT SEED`. */
const [programs, count, seed] = [
  process.argv[2]!,
  Number(process.argv[3]),
  Number(process.argv[4]),
];

/** Numbers from 0 to below 1 that follow from the seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
let state = seed >>> 0;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
const between = (least: number, most: number) => least + random() * (most - least);

/** The member that can be written to. @throws Error if there is none. */
function primaryOf({ instances }: Group): Instance {
  for (const instance of instances) {
    if (!instance.isRunning) continue;
    try {
      if (instance.sql("SELECT @@GLOBAL.super_read_only")[0] === "0") return instance;
    } catch {
      // The next one may be the primary.
    }
  }
  throw new Error("no member can be written to");
}

/** Kills a MySQL, and brings it back into the group. */
async function mysqlKilled(group: Group, instance: Instance): Promise<void> {
  await instance.kill();
  await until("a primary", () => Boolean(primaryOf(group)));
  await delay(between(0, 8_000));
  await instance.start();
  await instance.rejoin();
}

/** Freezes a MySQL until the others have expelled it, and brings it back. */
async function mysqlFrozen(group: Group, instance: Instance): Promise<void> {
  instance.freeze();
  await delay(between(8_000, 15_000));
  await until("a primary", () => Boolean(primaryOf(group)));
  // What the frozen one does when it goes on is Group Replication's matter; a restart puts it right here.
  await instance.kill();
  await instance.start();
  await instance.rejoin();
}

async function archiverKilled(node: Node): Promise<void> {
  await node.stopArchiver();
  await delay(between(0, 20_000));
  node.startArchiver();
}

async function archiverFrozen(node: Node): Promise<void> {
  const { archiver } = node;
  archiver!.kill("SIGSTOP");
  await delay(between(3_000, 40_000));
  archiver!.kill("SIGCONT");
}

async function storeCut({ faults }: Group, status: number | undefined): Promise<void> {
  faults.add(1, { fault: "storage", key: "", ...(status ? { status } : { stalls: true }) });
  await delay(between(3_000, 25_000));
  faults.remove(1);
}

/** One fault, chosen at random; the words tell which. */
async function fault(group: Group, load: Load): Promise<string> {
  const { active, nodes } = group;
  const node = active() ?? nodes[Math.floor(random() * nodes.length)]!;
  const all: [string, () => Promise<void>][] = [
    [`archiver of ${node.instance.name} killed`, () => archiverKilled(node)],
    [`archiver of ${node.instance.name} frozen`, () => archiverFrozen(node)],
    [`source ${node.instance.name} killed`, () => mysqlKilled(group, node.instance)],
    [`primary ${load.primary.name} killed`, () => mysqlKilled(group, load.primary)],
    [`primary ${load.primary.name} frozen`, () => mysqlFrozen(group, load.primary)],
    ["store answers 503", () => storeCut(group, 503)],
    ["store answers nothing", () => storeCut(group, undefined)],
  ];
  const [words, run] = all[Math.floor(random() * all.length)]!;
  const begunMs = Date.now();
  await run();
  return `${words}, ${((Date.now() - begunMs) / 1_000).toFixed(1)} s`;
}

async function main(): Promise<void> {
  const group = await openGroup(3, programs);
  const { store, nodes, active, timeline, instances } = group;
  const load = new Load(group.primary, () => primaryOf(group));
  load.start();
  const problems = new Set<string>();
  const watch = setInterval(() => {
    for (const node of nodes) {
      const problem = node.status()?.problem;
      if (problem === "gap" || problem === "diverged") problems.add(problem);
    }
  }, 500);
  for (let i = 1; i <= count; i += 1) {
    console.log(`     ${i}  ${await fault(group, load)}`);
    await delay(between(1_000, 5_000));
  }
  clearInterval(watch);
  await load.stop();
  const primary = primaryOf(group);
  const set = executed(primary);
  await until("all members alike", () => instances.every((one) => executed(one) === set));
  await until("one that archives", () => active() !== undefined, 120);
  const links = await archivedUpTo(store, timeline, set, 180);
  recordFinding(`after ${count} faults all that was executed is archived`, true, `seed ${seed}`);
  noteChain(links);
  recordFinding("no archiver said gap or diverged", problems.size === 0, [...problems].join(", "));
  const content = await contentOf((sql) => primary.sql(sql));
  for (const node of nodes) await node.stopArchiver();
  const moment = { name: "the end", target: { kind: "gtid", set } as const, gtids: set };
  await restored(store, { ...moment, content });
  endTrial();
}

main().catch((error: Error) => failTrial(error, "/trial/run/*.log /trial/db-*/log"));
