import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { switchEdge } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { affinityDrills } from "./affinity";
import type { Drill, Measured } from "./drill";
import { type AppTrial, withDrilledApp, withOwnApp } from "./drilled-app";
import { watched } from "./edge-watch";
import { longestDelayMs, missingEvents, streamedEvents } from "./event-stream";
import { downloaded, uploaded } from "./large-bodies";
import { LastingSockets, type SocketsSeen } from "./lasting-sockets";
import { bufferedOnDisk, forgetPeaks, growths, proxyMemory } from "./proxy-memory";
import { limitDrills } from "./traffic-limits";

/** Number of WebSockets, each with four messages a second. */
const sockets = 8;
/** Time after a planned switch in which a socket learns that its connection is gone, milliseconds. */
const noticeMs = 5_000;
/** Number of events of a stream, one a second, and of streams at a time. */
const [events, streams] = [300, 4];
/** Size of a large body: 2 GiB. */
const largeMib = 2_048;
/** Largest growth of a proxy's memory, and largest part of the bodies on the disk of a web node, MiB. */
const [mostMemoryMib, mostDiskMib] = [64, 16];
/** Time between two checks of the disks, milliseconds. */
const checkMs = 1_000;
const bytesOfMib = 2 ** 20;

/** Ends of sockets that the move of the address does not explain. */
export function unexplained(
  { cuts }: Pick<SocketsSeen, "cuts">,
  moved: { fromMs: number; toMs: number },
): string[] {
  return cuts
    .filter(({ atMs }) => atMs < moved.fromMs || atMs > moved.toMs)
    .map(({ code }) => `ended with ${code}`);
}

/** WebSockets during a planned switch; a connection to the former node cannot move with the address. */
function echoes(outputs: StackOutputs, minutes: number): Promise<Measured> {
  return withOwnApp(outputs, {}, async () => {
    const lasting = new LastingSockets(outputs.url);
    const moved = { fromMs: 0, toMs: 0 };
    let seen: SocketsSeen | undefined;
    const measured = await watched(outputs, 1_000, async ({ active, standby, mark }) => {
      lasting.start(sockets);
      try {
        await pause(minutes * 30_000);
        mark("switch");
        moved.fromMs = performance.now();
        await switchEdge(outputs, active, standby, () => undefined);
        moved.toMs = performance.now() + noticeMs;
        mark("switched");
        await pause(minutes * 30_000);
      } finally {
        seen = await lasting.stop();
      }
    });
    return withEchoes(measured, seen!, unexplained(seen!, moved));
  });
}

function withEchoes(measured: Measured, seen: SocketsSeen, ends: readonly string[]): Measured {
  const { messages, ended, cuts, slowestMs, silenceMs } = seen;
  const failures = [...seen.failures, ...ends];
  return {
    ...measured,
    outageMs: Math.max(measured.outageMs, Math.round(silenceMs)),
    requests: measured.requests + messages,
    failed: measured.failed + failures.length,
    notes: [
      `${messages} echoes, the slowest took ${Math.round(slowestMs)} ms`,
      `longest silence of a visitor ${Math.round(silenceMs)} ms`,
      `${ended} sockets ended with a close frame, ${cuts.length - ends.length} with the switch`,
      `${failures.length} failures`,
      ...new Set(failures),
      ...(measured.notes ?? []),
    ],
  };
}

/** Server-sent events; returns the longest delay. @throws Error that names lost events. */
async function eventStreams({ outputs, notes, mark }: AppTrial): Promise<number> {
  mark("streams");
  const all = await Promise.all(
    Array.from({ length: streams }, () => streamedEvents(outputs.url, events)),
  );
  for (const { events: came, broken } of all) {
    const missing = missingEvents(came, events);
    if (missing.length === 0 && broken === undefined) continue;
    const lost = `${missing.length} of ${events} events of a stream are missing`;
    throw new Error(`${lost}, the first is ${missing[0]}; ${broken ?? "the stream ended"}`);
  }
  const delays = all.map(({ events: came }) => longestDelayMs(came));
  const latest = Math.max(...delays);
  notes.push(`${streams} streams of ${events} events, none lost, the latest ${latest} ms late`);
  return latest;
}

/** Largest part of bodies on the disk of a web node while `work` runs, bytes. */
async function mostBuffered(outputs: StackOutputs, work: Promise<unknown>): Promise<number> {
  let [most, isGoing] = [0, true];
  const ended = work.then(
    () => (isGoing = false),
    () => (isGoing = false),
  );
  while (isGoing) {
    most = Math.max(most, ...(await bufferedOnDisk(outputs)).values());
    await Promise.race([pause(checkMs), ended]);
  }
  return most;
}

/** Watches the proxies during a transfer. @throws Error if memory or disk grows beyond its bound. */
async function bounded<T extends { seconds: number }>(
  { outputs, notes, mark }: AppTrial,
  name: string,
  transfer: () => Promise<T>,
): Promise<T> {
  await forgetPeaks(outputs);
  const before = await proxyMemory(outputs);
  mark(name);
  const running = transfer();
  const onDisk = (await mostBuffered(outputs, running)) / bytesOfMib;
  const result = await running;
  const [most] = growths(before, await proxyMemory(outputs));
  if (!most) throw new Error("no proxy was found on the nodes");
  const grown = most.bytes / bytesOfMib;
  const summary =
    `${name} of ${largeMib} MiB in ${result.seconds.toFixed(0)} s: memory of ${most.of} grew by ` +
    `${grown.toFixed(1)} MiB, the most; at most ${onDisk.toFixed(1)} MiB on the disk of a web node`;
  notes.push(summary);
  if (grown <= mostMemoryMib && onDisk <= mostDiskMib) return result;
  throw new Error(`${summary}; the bounds are ${mostMemoryMib} and ${mostDiskMib} MiB`);
}

async function largeBodies(trial: AppTrial): Promise<void> {
  const { url } = trial.outputs;
  const { sha256 } = await bounded(trial, "upload", () => uploaded(url, largeMib));
  await bounded(trial, "download", () => downloaded(url, largeMib, sha256));
}

/**
 * Long and large traffic, and clients that take more than their share.
 *
 * @param minutes duration of the WebSockets, half of it before the switch.
 */
export function trafficDrills(minutes: number): Drill[] {
  return [
    {
      ...{ id: "T1", boundMs: 2_000, moves: [1, 1], failed: 0 },
      title: `WebSockets for ${minutes} min, with a planned switch in the middle`,
      run: (outputs) => echoes(outputs, minutes),
    },
    {
      ...{ id: "T2", boundMs: 2_000, moves: [0, 0], failed: 0 },
      title: `server-sent events, one a second for ${events / 60} min`,
      run: (outputs) => withDrilledApp(outputs, {}, eventStreams),
    },
    {
      ...{ id: "T3", boundMs: 0, moves: [0, 0], failed: 0 },
      title: "2 GiB up and down",
      run: (outputs) => withDrilledApp(outputs, { settings: takesLargeBodies }, largeBodies),
    },
    ...limitDrills,
    ...affinityDrills,
  ];
}

function takesLargeBodies(settings: Record<string, Record<string, unknown> | undefined>): void {
  const web = settings["webstack:web"] ?? {};
  const paths = { ...(web.paths as object | undefined), "/upload": { maxBodyMib: largeMib } };
  settings["webstack:web"] = { ...web, paths };
}
