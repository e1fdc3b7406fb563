import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { databaseStates, primaryOf } from "../operate/databases";
import { healOwn } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { waitUntil } from "../local/wait-until";
import { brokenPromises, waitForGroup } from "./database-state";
import type { Mark, Measured } from "./drill";
import { Ledger } from "./ledger";
import { isServed, Prober, seen } from "./prober";
import { answersOfWrites, seriesOf } from "./series";

/** The members as a fault meets them. */
export interface Members {
  primary: string;
  secondaries: string[];
  outputs: StackOutputs;
  /** What writes under way become. */
  ledger: Ledger;
  /** Marks the moment in what is drawn. */
  mark: (text: string) => void;
}

/** How a database drill is watched. */
export interface Watch {
  /** Time under load after the fault, milliseconds. */
  watchMs: number;
  /** Longest wait for all members to be back, seconds. */
  backSeconds: number;
  /** True if reads must not fail. */
  reads: boolean;
}

const clients = 4;
/** Pause between two writes of a client, milliseconds. */
const pauseMs = 20;
const readsPerSecond = 20;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;

async function account(url: string): Promise<string> {
  const body = JSON.stringify({
    name: `ledger${randomUUID().slice(0, 8)}`,
    password: randomUUID(),
  });
  const headers = { "content-type": "application/json", origin: new URL(url).origin };
  const response = await fetch(new URL("/api/accounts", url), { method: "POST", body, headers });
  if (response.status !== 201) throw new Error(`an account was answered with ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** One write that is acknowledged shows that the site is in service. */
export async function waitForWrites(outputs: StackOutputs, timeoutSeconds: number): Promise<void> {
  await waitUntil("a write", async () => (await account(outputs.url)) && true, {
    timeoutSeconds,
  });
}

/** Load on the site: a ledger that writes, and a reader. */
interface Load {
  ledger: Ledger;
  reader: Prober;
  beginMs: number;
}

async function startLoad({ url }: StackOutputs): Promise<Load> {
  const ledger = new Ledger(url, await account(url));
  const reader = new Prober(new URL("/api/entries", url).href, readsPerSecond, true);
  ledger.start(clients, pauseMs);
  reader.start();
  return { ledger, reader, beginMs: performance.now() };
}

/** Breaks something under a ledger and a reader, heals, waits for all members, checks the promises. */
export async function watched(
  outputs: StackOutputs,
  { watchMs, backSeconds, reads }: Watch,
  breaks: (members: Members) => Promise<unknown>,
): Promise<Measured> {
  const primary = await waitForGroup(outputs, 120);
  const nodes = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const secondaries = nodes.filter((name) => name !== primary);
  await waitForWrites(outputs, 60);
  const load = await startLoad(outputs);
  const { ledger, reader } = load;
  const marks: Mark[] = [];
  const mark = (text: string) => marks.push({ atMs: performance.now() - load.beginMs, text });
  let after: string | undefined;
  try {
    await pause(2_000);
    mark("fault injected");
    await breaks({ primary, secondaries, outputs, ledger, mark });
    await pause(watchMs);
    after = primaryOf(await databaseStates(outputs));
  } finally {
    await healOwn();
    mark("healed");
    await pause(1_000);
    await Promise.all([ledger.stop(), reader.stop()]);
  }
  const measured = await settled(outputs, load, { backSeconds, reads });
  const watch = { begunMs: load.beginMs, stepMs, marks };
  const series = seriesOf(answersOfWrites(ledger.writes), watch);
  return { ...measured, moves: after !== undefined && after !== primary ? 1 : 0, series };
}

/** What became of the first reads that failed. */
function failures({ probes }: Prober, beginMs: number): string {
  const failed = probes.filter((probe) => !isServed(probe)).slice(0, 3);
  const told = failed.map(({ atMs, tookMs, status }) => {
    const [at, took] = [atMs - beginMs, tookMs].map((ms) => (ms / 1000).toFixed(2));
    return `sent at ${at} s, ${status || "no answer"} after ${took} s`;
  });
  return told.join("; ");
}

/** Waits until all members are back, and counts what went wrong. */
async function settled(
  outputs: StackOutputs,
  { ledger, reader, beginMs }: Load,
  { backSeconds, reads }: Pick<Watch, "backSeconds" | "reads">,
): Promise<Measured> {
  const begun = Date.now();
  await waitForGroup(outputs, backSeconds);
  const back = Math.round((Date.now() - begun) / 1000);
  const broken = await brokenPromises(outputs, ledger);
  const unknown = ledger.writes.filter(({ result }) => result !== "acknowledged").length;
  const failedReads = seen(reader.probes).failed;
  const notes = [
    ...broken,
    ...(reads && failedReads > 0
      ? [`${failedReads} reads failed: ${failures(reader, beginMs)}`]
      : []),
    `${ledger.writes.length - unknown} acknowledged, all members back after ${back} s`,
  ];
  return {
    outageMs: ledger.longestGapMs(),
    requests: ledger.writes.length + reader.probes.length,
    failed: unknown + (reads ? failedReads : 0) + broken.length,
    moves: 0,
    broken: broken.length,
    notes,
  };
}
