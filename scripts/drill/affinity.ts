import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { clientAddress } from "../../localcloud/machines/names";
import { switchEdge } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { clientsOf, type ClientSeen, SocketClients } from "./socket-clients";
import {
  lostEmits,
  type Phase,
  phaseLine,
  seenIn,
  wrongInControl,
  wrongInQuiet,
  wrongInSwitch,
} from "./affinity-verdict";
import type { Drill, Measured } from "./drill";
import { type DrilledApp, withOwnApp } from "./drilled-app";
import { waitForNormal } from "./edge-state";
import { type Pair, watched } from "./edge-watch";
import { npmRun } from "../local/processes";
import { recordedEmits, recordPrefix, setSocketVersion, writeSocketRelease } from "./socket-app";
import type { StackSettings } from "./up";

/** Processes of the app on each app node. */
const processes = 2;
/** Durations of the phases, milliseconds. */
const [controlMs, quietMs, settleMs] = [20_000, 30_000, 10_000];
/** Longest time without an acknowledgement for a client while its process restarts, milliseconds. */
const boundMs = 10_000;
/** Version of the release that is deployed under the clients. */
const next = "2.0.0";

/** An app with processes of its own ports, behind load balancers that trust this machine. */
function withSockets(settings: StackSettings): void {
  settings["webstack:app"] = { ...settings["webstack:app"], processes };
  delete settings["webstack:app"].migrate;
  settings["webstack:loadBalancers"] = {
    ...settings["webstack:loadBalancers"],
    trustedProxies: [`${clientAddress}/32`],
  };
}

function withAffinity(settings: StackSettings): void {
  settings["webstack:app"] = { ...settings["webstack:app"], affinity: "client" };
}

/** Waits; returns the waited time as a phase. */
async function phase(ms: number): Promise<Phase> {
  return during(() => pause(ms));
}

async function during(work: () => Promise<unknown>): Promise<Phase> {
  const fromMs = performance.now();
  await work();
  return { fromMs, toMs: performance.now() };
}

/** Runs a command on each app node; returns the outputs together. */
async function onAppNodes(outputs: StackOutputs, command: string): Promise<string> {
  const nodes = outputs.nodes.filter(({ role }) => role === "app");
  return (await Promise.all(nodes.map(({ name }) => runOnNode(outputs, name, command)))).join("\n");
}

const records = `/var/lib/app/${recordPrefix}*`;

function forgetRecords(outputs: StackOutputs): Promise<string> {
  return onAppNodes(outputs, `sudo sh -c 'rm -f ${records}'`);
}

/** The clients without affinity. @throws Error if they do not fail: then nothing here could. */
async function control(outputs: StackOutputs): Promise<string> {
  const clients = new SocketClients(clientsOf(outputs));
  const without = await phase(controlMs).finally(() => clients.stop());
  const [wrong] = wrongInControl(clients.seen, without);
  if (wrong !== undefined) throw new Error(wrong);
  const polling = clients.seen.filter(({ polls }) => polls);
  const seen = seenIn(polling, without);
  const met = `${seen.without.length} of ${polling.length} polling clients had no session`;
  return `${phaseLine("without affinity", seen)}; ${met}`;
}

/** The phases with affinity. */
interface Phases {
  quiet: Phase;
  deploy: Phase;
  moved: Phase;
  after: Phase;
}

async function disturbed(
  outputs: StackOutputs,
  app: DrilledApp,
  clients: SocketClients,
  { active, standby, mark }: Pair,
): Promise<Phases> {
  await clients.ready();
  mark("quiet");
  const quiet = await phase(quietMs);
  // Copies of the packages would stop the clients for a while.
  setSocketVersion(app.folder, next);
  mark("deploy");
  const deploy = await during(async () => {
    await npmRun("deploy", "--yes");
    await app.checkVersion(next);
    await pause(settleMs);
  });
  mark("switch");
  const moved = await during(async () => {
    await switchEdge(outputs, active, standby, () => undefined);
    await pause(settleMs);
  });
  mark("switched");
  return { quiet, deploy, moved, after: await phase(settleMs) };
}

async function socketSessions(outputs: StackOutputs): Promise<Measured> {
  const watch = { trialSeconds: 2, settings: withSockets, write: writeSocketRelease };
  return withOwnApp(outputs, watch, async (app, apply) => {
    try {
      const controlLine = await control(outputs);
      await apply(withAffinity);
      await forgetRecords(outputs);
      await waitForNormal(outputs);
      let [clients, phases]: [ClientSeen[], Phases | undefined] = [[], undefined];
      const measured = await watched(outputs, 0, async (pair) => {
        const all = new SocketClients(clientsOf(outputs));
        try {
          phases = await disturbed(outputs, app, all, pair);
        } finally {
          clients = await all.stop();
        }
      });
      const emits = recordedEmits(await onAppNodes(outputs, `sudo sh -c 'cat ${records} || true'`));
      const nodes = outputs.nodes.filter(({ role }) => role === "app").length;
      const result = judged(measured, clients, phases!, emits, nodes);
      return { ...result, notes: [controlLine, ...result.notes!] };
    } finally {
      // A failure of the drill is reported, not one of this command.
      await forgetRecords(outputs).catch(() => undefined);
    }
  });
}

/** The measurements and verdicts of all phases, beside those of the edge's load. */
function judged(
  measured: Measured,
  clients: readonly ClientSeen[],
  { quiet, deploy, moved, after }: Phases,
  recorded: ReadonlyMap<string, number>,
  nodes: number,
): Measured {
  const total = seenIn(clients, { fromMs: quiet.fromMs, toMs: after.toMs });
  const lost = lostEmits(clients, recorded);
  const doubled = [...recorded.values()].filter((count) => count > 1).length;
  const missed = [
    ...wrongInQuiet(clients, quiet, processes * nodes),
    ...wrongInSwitch(clients, quiet, moved, after),
  ];
  return {
    ...measured,
    outageMs: Math.max(measured.outageMs, total.silenceMs),
    requests: measured.requests + total.acknowledged,
    broken: lost.length,
    missed,
    notes: [
      phaseLine("quiet", seenIn(clients, quiet)),
      phaseLine("deploy", seenIn(clients, deploy)),
      phaseLine("switch", seenIn(clients, moved)),
      `${lost.length} acknowledged emits lost, ${doubled} repeated`,
      ...missed,
      ...(measured.notes ?? []),
    ],
  };
}

/** Socket.IO, whose sessions are in the memory of a process. */
export const affinityDrills: readonly Drill[] = [
  {
    ...{ id: "T6", boundMs, moves: [1, 1], failed: 0 },
    title: "Socket.IO with `affinity: client`, a deploy and a planned switch",
    run: socketSessions,
  },
];
