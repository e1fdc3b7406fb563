import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { cloudGet } from "../local/cloud";
import { waitForService } from "../operate/in-service";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { absences, machineActions, overlaps } from "./absences";
import { account } from "./database-load";
import type { Drill, Measured, NotShown } from "./drill";
import { moves, waitForNormal } from "./edge-state";
import { Ledger, type Write } from "./ledger";
import { longestGap } from "./longest-gap";
import { npmRun } from "./npm-run";
import { versionsOf, withRepositories } from "./package-repository";
import { isServed, type Probe, Prober } from "./prober";
import { Probers } from "./probers";
import { answersOfProbes, answersOfWrites, seriesOf } from "./series";
import { type StackSettings, withStackFile } from "./stack-file";

/** Reads per second of each prober, one with new and one with persistent connections; about ten writes come on top. */
const readsPerSecond = 45;
/** Number of writing clients, and the pause of each between two writes, milliseconds. */
const writers = { clients: 2, pauseMs: 150 };
/** Watched time before and after the edits, milliseconds. */
const aroundMs = 3_000;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 500;
/** Longest wait for every node to be in service, seconds. */
const serviceSeconds = 180;
/** Two server types, the smaller one first. */
const [small, large] = ["cpx22", "cpx32"];

/** Keys of the stack file by tier. */
const keys: Record<StackNode["role"], string> = {
  lb: "webstack:loadBalancers",
  web: "webstack:web",
  app: "webstack:app",
  db: "webstack:db",
};

/** Resizes the servers of a tier up and down again, with two ordinary runs of `up`. */
async function upAndDown(role: StackNode["role"], mark: (text: string) => void): Promise<void> {
  await withStackFile(async (edit) => {
    for (const type of [large, small]) {
      edit((settings) => (settings[keys[role]] = { ...settings[keys[role]], serverType: type }));
      mark(type);
      await npmRun("up:local");
    }
  });
}

/**
 * Gives the database users new passwords and the app a new session secret, and goes back to the former ones.
 * The session of the writing clients was signed before.
 */
async function newPasswords(mark: (text: string) => void): Promise<void> {
  await withStackFile(async (edit) => {
    for (const [more, text] of [
      [1, "new"],
      [0, "former"],
    ] as const) {
      edit((settings) => {
        raise(settings, "webstack:db", "passwordVersion", more);
        raise(settings, "webstack:app", "sessionSecretVersion", more);
      });
      mark(text);
      await npmRun("up:local");
    }
  });
}

function raise(settings: StackSettings, part: string, key: string, more: number): void {
  const present = settings[part]?.[key] ?? 1;
  settings[part] = { ...settings[part], [key]: Number(present) + more };
}

/** Pairs of servers without power at the same time, by the cloud's own record. */
async function togetherAway(afterId: number): Promise<string[]> {
  const actions = (await machineActions(cloudGet)).filter(({ id }) => id > afterId);
  return overlaps(absences(actions));
}

/** The first failed requests, each with its time since the start and its result. */
function failures(probes: readonly Probe[], writes: readonly Write[], begunMs: number): string[] {
  const told = (what: string, atMs: number, answer: number | string | undefined) =>
    `${what} ${answer || "without an answer"} after ${((atMs - begunMs) / 1000).toFixed(2)} s`;
  const reads = probes.filter((probe) => !isServed(probe));
  const lost = writes.filter(({ result }) => result !== "acknowledged");
  return [
    ...reads.map(({ atMs, status }) => told("read", atMs, status)),
    ...lost.map(({ answeredMs, answer }) => told("write", answeredMs, answer)),
  ].slice(0, 10);
}

/** What is done to a stack under load; `mark` names a moment of the timeline. */
type Work = (mark: (text: string) => void) => Promise<unknown>;

/**
 * Works on the stack under load; counts failed requests, and servers without power at the same time.
 *
 * @param writesCount true: the longest time between two writes counts as outage.
 */
async function edited(outputs: StackOutputs, writesCount: boolean, work: Work): Promise<Measured> {
  await waitForService(outputs, serviceSeconds);
  await waitForNormal(outputs);
  const before = { moves: await moves(), id: (await machineActions(cloudGet)).at(-1)?.id ?? 0 };
  const url = new URL("/api/entries", outputs.url).href;
  const ledger = new Ledger(outputs.url, await account(outputs.url));
  const probers = new Probers([false, true].map((keeps) => new Prober(url, readsPerSecond, keeps)));
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
    notes: [
      `done in ${tookSeconds} s`,
      `longest time between two writes ${gap} ms`,
      `${lost} of ${ledger.writes.length} writes without an answer`,
      `slowest read ${slowestMs} ms`,
      ...failures(probes, ledger.writes, begunMs),
    ],
    series: seriesOf(answers, { begunMs, stepMs, marks }),
  };
}

function drill(
  id: string,
  role: StackNode["role"],
  title: string,
  bound: { boundMs: number; moves: readonly [number, number] },
): Drill {
  const run = (outputs: StackOutputs) =>
    edited(outputs, role === "db", (mark) => upAndDown(role, mark));
  return { id, title, ...bound, failed: 0, run };
}

/** Patches the whole stack, with a reboot of each node. @throws Error if a node was not upgraded or not rebooted. */
function patched(outputs: StackOutputs): Promise<Measured> {
  const before = Date.now();
  return withRepositories(outputs, async () => {
    const measured = await edited(outputs, true, () => npmRun("patch", "--yes"));
    const old = [...(await versionsOf(outputs))].filter(([, version]) => version !== "2");
    if (old.length > 0) throw new Error(`not upgraded: ${old.map(([name]) => name).join(", ")}`);
    const rebooted = (await machineActions(cloudGet)).filter(
      // The API reports whole seconds.
      ({ command, begunMs }) => command === "reboot_server" && begunMs > before - 1_000,
    );
    const names = rebooted.map(({ server }) => server).sort();
    const all = outputs.nodes.map(({ name }) => name).sort();
    if (names.join() !== all.join()) throw new Error(`rebooted: ${names.join(", ") || "none"}`);
    return measured;
  });
}

/** Edits of a running stack that disturb machines. Visitors must not notice. */
export const editDrills: readonly Drill[] = [
  // In each direction the floating IP moves once, because its holder is the last node.
  drill("E1", "lb", "the load balancers resized up and down", { boundMs: 0, moves: [2, 2] }),
  drill("E2", "web", "the web nodes resized up and down", { boundMs: 0, moves: [0, 0] }),
  drill("E3", "app", "the app nodes resized up and down", { boundMs: 0, moves: [0, 0] }),
  // Writes wait while the primary role moves.
  drill("E4", "db", "the databases resized up and down", { boundMs: 1_000, moves: [0, 0] }),
  {
    id: "E5",
    title: "all nodes patched, with a reboot of each",
    ...{ boundMs: 1_500, moves: [1, 1], failed: 0, run: patched },
  },
  {
    id: "E6",
    title: "new database passwords and a new session secret, and the former ones again",
    ...{ boundMs: 0, moves: [0, 0], failed: 0 },
    run: (outputs) => edited(outputs, false, newPasswords),
  },
];

/** Edits that these drills do not show. */
export const editsNotShown: readonly NotShown[] = [];
