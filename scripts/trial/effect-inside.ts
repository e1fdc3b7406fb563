import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { endTrial, failTrial, recordFinding } from "./findings";
import { archivedUpTo, executed, type Group, openGroup } from "./group";
import { until } from "./instance";
import { Latencies } from "./latencies";
import { bulkSql } from "./ledger/copy";
import { ledgerSchemaSql } from "./ledger/schema";
import { Session } from "./ledger/session";

/** Runs in a container of the host image: `effect-inside.js PROGRAMS NODES ROUNDS SECONDS`, or `load SOCKET` as its load. */
const [nodeCount, rounds, seconds] = process.argv.slice(3, 6).map(Number) as [
  number,
  number,
  number,
];

const states = ["stopped", "streaming", "a base"] as const;
type State = (typeof states)[number];

const writerCount = 8;
/** Writes per second, of all connections. */
const rate = 100;
/** How long a new state settles before its writes count. */
const settleMs = 2_000;
/** Most that the 99th percentile may grow. */
const mostRatio = 1.1;
/** Rows of which a base is taken: about 100 MB with the logs. */
const rows = 300_000;

/** The load, a process of its own: the parent names what happens, and gets each write's latency with it. */
async function writes(socket: string): Promise<void> {
  let state = "";
  process.on("message", (message: string) => (state = message));
  process.once("disconnect", () => process.exit(0));
  const writer = async (number: number) => {
    const session = await Session.open(socket);
    const everyMs = (writerCount / rate) * 1_000;
    await delay((number * everyMs) / writerCount);
    for (let dueMs = performance.now(); ; dueMs = Math.max(dueMs + everyMs, performance.now())) {
      await delay(Math.max(0, dueMs - performance.now()));
      const [during, sentMs] = [state, performance.now()];
      await session.query(
        "INSERT INTO app.events (note, doc, total) VALUES ('effect 😀', JSON_OBJECT('n', FLOOR(RAND() * 1000)), 7)",
      );
      if (state === during && during !== "") {
        process.send!([during, performance.now() - sentMs]);
      }
    }
  };
  await Promise.all(Array.from({ length: writerCount }, (_, number) => writer(number)));
}

/** Brings the archivers into a state. */
async function enter(state: State, { nodes, active, store, timeline, primary }: Group) {
  if (state === "stopped") {
    for (const node of nodes) await node.stopArchiver();
    return;
  }
  for (const node of nodes) if (!node.archiver) node.startArchiver();
  await until("one that archives", () => active() !== undefined, 120);
  await archivedUpTo(store, timeline, executed(primary), 300);
}

async function main(): Promise<void> {
  const group = await openGroup(nodeCount, process.argv[2]!, ledgerSchemaSql);
  const session = await Session.open(group.primary.socket);
  await session.query(bulkSql(rows, "effect"));
  session.close();
  const latencies = new Latencies();
  const child = fork(__filename, ["load", group.primary.socket]);
  child.on("message", ([state, ms]: [string, number]) => latencies.add(state, ms));
  const exited = once(child, "exit").then(() => {
    throw new Error("the load ended");
  });
  let bases = 0;
  const run = async () => {
    for (let round = 0; round < rounds; round += 1) {
      // Each round begins with another state, so that no state is always the first.
      for (const i of states.keys()) {
        const state = states[(i + round) % states.length]!;
        await enter(state, group);
        await delay(settleMs);
        child.send(state);
        const endMs = Date.now() + seconds * 1_000;
        while (state === "a base" && Date.now() < endMs) {
          await group.active()!.takeBase();
          bases += 1;
        }
        await delay(Math.max(0, endMs - Date.now()));
        child.send("");
      }
    }
  };
  await Promise.race([run(), exited]);
  exited.catch(() => undefined);
  child.disconnect();
  for (const state of states) {
    const [half, most] = [0.5, 0.99].map((share) => latencies.percentile(state, share).toFixed(2));
    console.log(
      `     ${state}: ${latencies.count(state)} writes, median ${half} ms, 99 % in ${most} ms`,
    );
  }
  for (const state of ["streaming", "a base"]) {
    const ratio = latencies.ratio(state, "stopped");
    const what =
      state === "streaming" ? "while the archiver streams" : `while ${bases} bases are taken`;
    recordFinding(
      `99 % of the writes ${what} take at most ${mostRatio} times as long as without`,
      ratio <= mostRatio,
      `${ratio.toFixed(2)} times, ${rounds} slices of ${seconds} s each`,
    );
  }
  endTrial();
}

const fail = (error: Error) => failTrial(error, "/trial/run/*.log /trial/db-*/log");
if (process.argv[2] === "load") writes(process.argv[3]!).catch(fail);
else main().catch(fail);
