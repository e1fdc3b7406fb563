import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { databaseStates, primaryOf, query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { timeText } from "../restore/target";
import { account } from "./database-load";
import { brokenWrites, waitForGroup } from "./database-state";
import type { Drill, Measured } from "./drill";
import { Ledger } from "./ledger";
import { npmEnded } from "../local/processes";
import { Prober } from "./prober";
import { Probers } from "./probers";
import { answersOfProbes, seriesOf } from "./series";

const table = "app.drill_order";
/** Number of rows of the table. */
const rows = 20_000;
/** Requests per second of each prober. */
const perSecond = 20;
/** Clients that write, and the pause between two writes of one, milliseconds. */
const [clients, pauseMs] = [2, 50];
/** Time between the last good moment and the mistake, milliseconds. */
const apartMs = 300;
/** Longest wait for the archive to reach the moment, seconds: the bound for every acknowledged write. */
const archiveSeconds = 60;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

const create = [
  `DROP TABLE IF EXISTS ${table}`,
  `CREATE TABLE ${table} (id INT PRIMARY KEY, buyer VARCHAR(80) NOT NULL, paid DECIMAL(10,2) NOT NULL)`,
  "SET SESSION cte_max_recursion_depth = 1000000",
  `INSERT INTO ${table} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) ` +
    "SELECT i, CONCAT('buyer ', SHA2(RAND(), 256)), i / 7 FROM n",
].join("; ");

/** Number of rows, and a checksum over every column of every row that does not depend on their order. */
const content = `SELECT COUNT(*), BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT_WS('#', id, buyer, paid), 256), 16), 16, 10) AS UNSIGNED)) FROM ${table}`;

/** Restores the table as an operator does; repeats while the archive ends before the moment. */
async function restore(moment: string): Promise<void> {
  const words = ["--to", moment, "--tables", table, "--replace"];
  const restored = async () => {
    const { status, output } = await npmEnded("db:restore", ...words);
    if (status === 0) return true;
    throw new Error(output);
  };
  await waitUntil(`restore of ${table}`, restored, { timeoutSeconds: archiveSeconds });
}

/** Drops the table by mistake, and has it back by a restore; returns what was found. */
async function mistaken(
  outputs: StackOutputs,
  primary: string,
  mark: (text: string) => void,
): Promise<{ wrong: string[]; backMs: number }> {
  await query(outputs, primary, create);
  const before = await query(outputs, primary, content);
  await pause(apartMs);
  const moment = timeText(Date.now() * 1_000);
  await pause(apartMs);
  await query(outputs, primary, `DROP TABLE ${table}`);
  const droppedMs = performance.now();
  mark("dropped");
  await restore(moment);
  mark("back");
  const backMs = Math.round(performance.now() - droppedMs);
  const [after, [left]] = [
    await query(outputs, primary, content),
    await query(outputs, primary, "SHOW DATABASES LIKE 'restored\\_%'"),
  ];
  const wrong = [
    ...(after.join() === before.join()
      ? []
      : [`the table was "${before.join()}" and is "${after.join()}"`]),
    ...(left ? [`the restore left ${left}`] : []),
  ];
  return { wrong, backMs };
}

/** A table is dropped under load, and restored into the running stack from the bucket. */
async function tableLost(outputs: StackOutputs): Promise<Measured> {
  const primary = await waitForGroup(outputs, 120);
  const ledger = new Ledger(outputs.url, await account(outputs.url));
  const url = new URL("/api/entries", outputs.url).href;
  const probers = new Probers([false, true].map((keeps) => new Prober(url, perSecond, keeps)));
  ledger.start(clients, pauseMs);
  let found: Awaited<ReturnType<typeof mistaken>>;
  try {
    found = await mistaken(outputs, primary, probers.mark);
  } finally {
    await Promise.all([probers.stop(), ledger.stop()]);
  }
  const wrong = [...found.wrong, ...(await brokenWrites(outputs, ledger))];
  const present = primaryOf(await databaseStates(outputs)) ?? primary;
  await query(outputs, present, `DROP TABLE IF EXISTS ${table}`);
  const { requests, failed, outageMs, slowestMs } = probers.seen();
  const unknown = ledger.writes.filter(({ result }) => result !== "acknowledged").length;
  const { begunMs, marks } = probers;
  return {
    outageMs,
    requests: requests + ledger.writes.length,
    failed: failed + unknown,
    moves: 0,
    broken: wrong.length,
    notes: [
      ...wrong,
      `${rows} rows back after ${(found.backMs / 1_000).toFixed(1)} s`,
      `slowest answer ${slowestMs} ms`,
    ],
    series: seriesOf(answersOfProbes(probers.probes), { begunMs, stepMs, marks }),
  };
}

/** Drill of a table that is dropped by mistake. */
export const tableDrill: Drill = {
  id: "F42",
  title: "`DROP TABLE` by mistake, restored under load",
  boundMs: 0,
  moves: [0, 0],
  failed: 0,
  run: tableLost,
};
