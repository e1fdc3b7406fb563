import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { createHash } from "node:crypto";
import { cloudGet } from "../local/cloud";
import { waitForService } from "../operate/hosts";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { absences, machineActions, overlaps } from "./absences";
import { account } from "./database-load";
import { brokenWrites, waitForGroup } from "./database-state";
import type { Measured } from "./drill";
import { moves, waitForNormal } from "./edge-state";
import { http2Load } from "./http2-offer";
import { Ledger, type Write } from "./ledger";
import { longestGap, answersOfProbes, answersOfWrites, seriesOf } from "./series";
import { isServed, type Probe, Prober } from "./prober";
import { Probers } from "./probers";

/** Reads per second of each prober, one with new and one with persistent connections; about ten writes come on top. */
const readsPerSecond = 45;

/** Reads per second over HTTP/2, if the site has TLS. */
const http2PerSecond = 20;

/** Number of writing clients, and the pause of each between two writes, milliseconds. */
const writers = { clients: 2, pauseMs: 150 };

/** Watched time before and after the edits, milliseconds. */
const aroundMs = 3_000;

/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 500;

/** Longest wait for every node to be in service, seconds. */
const serviceSeconds = 180;

/** Pairs of servers without power at the same time, by the cloud's own record. */
async function togetherAway(afterId: number): Promise<string[]> {
  const actions = (await machineActions(cloudGet)).filter(({ id }) => id > afterId);
  return overlaps(absences(actions));
}

/** The first failed requests, each with its time since the start and its result. */
function failures(probes: readonly Probe[], writes: readonly Write[], begunMs: number): string[] {
  const describe = (what: string, atMs: number, answer: number | string | undefined) =>
    `${what} ${answer || "without an answer"} after ${((atMs - begunMs) / 1000).toFixed(2)} s`;
  const reads = probes.filter((probe) => !isServed(probe));
  const lost = writes.filter(({ result }) => result !== "acknowledged");
  return [
    ...reads.map(({ atMs, status }) => describe("read", atMs, status)),
    ...lost.map(({ answeredMs, answer }) => describe("write", answeredMs, answer)),
  ].slice(0, 10);
}

/** Work on a stack under load; `mark` names a moment of the timeline. */
export type Work = (mark: (text: string) => void) => Promise<unknown>;

/**
 * Does the work under load; counts failed requests, and acknowledged writes that a database lacks.
 *
 * @param writesCount true: the longest time between two writes counts as outage.
 * @throws Error if two servers were without power at the same time.
 */
export async function edited(
  outputs: StackOutputs,
  writesCount: boolean,
  work: Work,
): Promise<Measured> {
  await waitForService(outputs, serviceSeconds);
  await waitForNormal(outputs);
  const before = { moves: await moves(), id: (await machineActions(cloudGet)).at(-1)?.id ?? 0 };
  const url = new URL("/api/entries", outputs.url).href;
  const ledger = new Ledger(outputs.url, await account(outputs.url));
  const http2 = await http2Load(outputs, "/api/entries", http2PerSecond);
  const readers = [false, true].map((keeps) => new Prober(url, readsPerSecond, keeps));
  const probers = new Probers([...readers, ...http2.visitors]);
  const { begunMs, marks, mark } = probers;
  ledger.start(writers.clients, writers.pauseMs);
  try {
    await pause(aroundMs);
    await work(mark);
    mark("done");
    await pause(aroundMs);
  } finally {
    await Promise.all([probers.stop(), ledger.stop()]);
  }
  const tookSeconds = Math.round((performance.now() - begunMs) / 1000);
  await waitForService(outputs, serviceSeconds);
  const away = await togetherAway(before.id);
  if (away.length > 0) throw new Error(`away at the same time: ${away.join(", ")}`);
  await waitForGroup(outputs, serviceSeconds);
  const broken = await brokenWrites(outputs, ledger);
  const { probes } = probers;
  const { requests, failed, outageMs, slowestMs } = probers.seen();
  const lost = ledger.writes.filter(({ result }) => result !== "acknowledged").length;
  const gap = longestGap(ledger.writes).lengthMs;
  const answers = [...answersOfProbes(probes), ...answersOfWrites(ledger.writes)];
  return {
    outageMs: Math.max(outageMs, writesCount ? gap : 0),
    requests: requests + ledger.writes.length,
    failed: failed + lost,
    moves: (await moves()).filter((id) => !before.moves.includes(id)).length,
    broken: broken.length,
    notes: [
      ...broken.slice(0, 3),
      `done in ${tookSeconds} s`,
      `longest time between two writes ${gap} ms`,
      `${lost} of ${ledger.writes.length} writes without an answer`,
      `slowest read ${slowestMs} ms`,
      http2.summary(),
      ...failures(probes, ledger.writes, begunMs),
    ],
    series: seriesOf(answers, { begunMs, stepMs, marks }),
  };
}

/** Prints everything that `converge` manages on a host; of secrets it prints digests. */
const read = "sudo -n /usr/bin/node /usr/local/lib/webstack/converge.js read";

/** Longest reading of a host, milliseconds. */
const readMs = 60_000;

/** Digest of everything that is managed on each host: files with owner and mode, secrets, release. */
export type HostDigests = ReadonlyMap<string, string>;

/** Reads the digest of every host of the stack. @throws Error if a host is in the middle of a change. */
export async function hostDigests(outputs: StackOutputs): Promise<HostDigests> {
  const all = outputs.nodes.map(async ({ name }) => {
    const answer = await runOnNode(outputs, name, read, readMs);
    return [name, digestOf(name, answer)] as const;
  });
  return new Map(await Promise.all(all));
}

/** Digest of what `converge read` printed on a host. @throws Error if the last change there is unfinished. */
export function digestOf(node: string, answer: string): string {
  const { files, attributes, secrets, release, pending } = JSON.parse(answer) as Record<
    string,
    unknown
  >;
  if (pending) throw new Error(`the last change of ${node} is unfinished`);
  const managed = JSON.stringify([files, attributes, secrets, release]);
  return createHash("sha256").update(managed).digest("hex");
}

/** Names of the hosts whose digests differ. */
export function changedHosts(before: HostDigests, after: HostDigests): string[] {
  return [...before.keys()].filter((name) => before.get(name) !== after.get(name));
}

/** @throws Error with the hosts that differ, if they are not exactly the wanted ones. */
export function expectChanged(
  what: string,
  before: HostDigests,
  after: HostDigests,
  wanted: readonly string[],
): void {
  const found = changedHosts(before, after);
  if ([...found].sort().join() === [...wanted].sort().join()) return;
  const listed = (names: readonly string[]) => names.join(", ") || "none";
  throw new Error(`${what} changed files of ${listed(found)}, wanted ${listed(wanted)}`);
}
