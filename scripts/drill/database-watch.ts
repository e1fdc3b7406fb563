import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { databaseStates, primaryOf } from "../operate/databases";
import { healInjected, inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { endLoad, type Load, startLoad, stopLoad, waitForWrites } from "./database-load";
import { brokenPromises, waitForGroup } from "./database-state";
import type { Mark, Measured, Drill } from "./drill";
import type { Ledger } from "./ledger";
import { longestGap, answersOfWrites, seriesOf } from "./series";
import { isServed, type Prober, seen } from "./prober";

/** The members at the time of a fault. */
export interface Members {
  primary: string;
  secondaries: string[];
  outputs: StackOutputs;
  /** Record of all writes. */
  ledger: Ledger;
  /** Marks the moment on the timeline. */
  mark: (text: string) => void;
}

/** Limits of a database drill. */
export interface Watch {
  /** Time under load after the fault, milliseconds. */
  watchMs: number;
  /** Longest wait for all members to be back, seconds. */
  backSeconds: number;
  /** True if reads must not fail. */
  reads: boolean;
}

/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

/** Injects a fault under load, heals it, waits for all members, and checks the promises. */
export async function watched(
  outputs: StackOutputs,
  { watchMs, backSeconds, reads }: Watch,
  breaks: (members: Members) => Promise<unknown>,
): Promise<Measured> {
  const primary = await waitForGroup(outputs, 120);
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const secondaries = nodes.filter((name) => name !== primary);
  await waitForWrites(outputs, 60);
  const load = await startLoad(outputs, primary);
  const { ledger, beginMs } = load;
  const marks: Mark[] = [];
  const mark = (text: string) => marks.push({ atMs: performance.now() - beginMs, text });
  try {
    await pause(2_000);
    mark("fault injected");
    const after = await brokenBy(() => breaks({ primary, secondaries, outputs, ledger, mark }), {
      outputs,
      watchMs,
      mark,
    });
    await pause(1_000);
    await stopLoad(load);
    const measured = await settled(outputs, load, { backSeconds, reads });
    const series = seriesOf(answersOfWrites(ledger.writes), { begunMs: beginMs, stepMs, marks });
    return { ...measured, moves: after !== undefined && after !== primary ? 1 : 0, series };
  } finally {
    await stopLoad(load);
    await endLoad(outputs, load);
  }
}

/** Injects the fault, waits, and heals in any case; returns the primary before the heal. */
async function brokenBy(
  breaks: () => Promise<unknown>,
  { outputs, watchMs, mark }: { outputs: StackOutputs; watchMs: number; mark: Members["mark"] },
): Promise<string | undefined> {
  try {
    await breaks();
    await pause(watchMs);
    return primaryOf(await databaseStates(outputs));
  } finally {
    await healInjected();
    mark("healed");
  }
}

/** Describes the first failed reads. */
function failures({ probes }: Prober, beginMs: number): string {
  const failed = probes.filter((probe) => !isServed(probe)).slice(0, 3);
  const described = failed.map(({ atMs, tookMs, status }) => {
    const [at, took] = [atMs - beginMs, tookMs].map((ms) => (ms / 1000).toFixed(2));
    return `sent at ${at} s, ${status || "no answer"} after ${took} s`;
  });
  return described.join("; ");
}

/** Describes the writes to a group that did not come back. */
function soFar({ writes }: Ledger): string {
  const unknown = writes.filter(({ result }) => result !== "acknowledged").length;
  const { lengthMs } = longestGap(writes);
  return `longest pause of writes ${lengthMs} ms, ${unknown} of ${writes.length} not acknowledged`;
}

/** Waits until all members are back, and counts failures. */
async function settled(
  outputs: StackOutputs,
  load: Load,
  { backSeconds, reads }: Pick<Watch, "backSeconds" | "reads">,
): Promise<Measured> {
  const { ledger, reader, bank, beginMs } = load;
  const begun = Date.now();
  await waitForGroup(outputs, backSeconds).catch((error: Error) => {
    // The message of a failed run must include the outage that visitors saw so far.
    throw new Error(`${error.message}; ${soFar(ledger)}`, { cause: error });
  });
  const back = Math.round((Date.now() - begun) / 1000);
  const broken = await brokenPromises(outputs, load);
  const unknown = [...ledger.writes, ...bank.transfers].filter(
    ({ result }) => result !== "acknowledged",
  ).length;
  const failedReads = seen(reader.probes).failed;
  const gap = longestGap(ledger.writes);
  const notes = [
    ...broken,
    `longest pause from ${((gap.fromMs - beginMs) / 1000).toFixed(1)} s on`,
    ...(reads && failedReads > 0
      ? [`${failedReads} reads failed: ${failures(reader, beginMs)}`]
      : []),
    `${ledger.writes.length} writes and ${bank.transfers.length} transfers, ${unknown} not acknowledged`,
    `longest pause of transfers ${longestGap(bank.transfers).lengthMs} ms, ${bank.audits} audits`,
    `all members back after ${back} s`,
  ];
  return {
    outageMs: gap.lengthMs,
    requests: ledger.writes.length + bank.transfers.length + reader.probes.length,
    failed: unknown + (reads ? failedReads : 0) + broken.length,
    moves: 0,
    broken: broken.length,
    notes,
  };
}

/** Unit of MySQL on a database node. */
export const mysqlUnit = "mysql.service";
/** Watch of most database drills. */
export const usualWatch: Watch = { watchMs: 14_000, backSeconds: 90, reads: true };

/** Watch with time for a member to rejoin under load, which the other members notice too. */
export const rejoinWatch: Watch = { ...usualWatch, watchMs: 22_000 };

/** Injects a fault. */
export type Breaks = (members: Members) => Promise<unknown>;

/** Cuts the private links between a server and others. */
export async function cutFrom(server: string, peers: readonly string[]): Promise<void> {
  for (const peer of peers) await inject({ fault: "link", server, side: "private", peer });
}

/** Drill of a fault that moves the primary role: writes wait, and none fails. */
export function failover(
  id: string,
  title: string,
  breaks: Breaks,
  boundMs = 8_000,
  watch = usualWatch,
): Drill {
  const run = (outputs: StackOutputs) => watched(outputs, watch, breaks);
  return { id, title, boundMs, moves: [1, 1], failed: 0, run };
}

/** Drill of a fault that hardly affects the group. */
export function harmless(id: string, title: string, breaks: Breaks, watch = rejoinWatch): Drill {
  const run = (outputs: StackOutputs) => watched(outputs, watch, breaks);
  return { id, title, boundMs: 1_000, moves: [0, 0], failed: 0, run };
}
