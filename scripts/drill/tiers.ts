import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { healInjected, inject } from "../local/faults";
import { waitForService } from "../operate/hosts";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Drill, Measured, NotShown } from "./drill";
import { isServed, type Probe, Prober } from "./prober";
import { Probers } from "./probers";
import { answersOfProbes, seriesOf } from "./series";

/** Requests per second of each prober: one with a connection for each request, one with persistent connections. */
const perSecond = 25;
/** Watched time before a fault, milliseconds. */
const beforeMs = 2_000;
/** Length of a bucket of the timeline, milliseconds. */
const stepMs = 100;
/** Time for which a node stays frozen, milliseconds: longer than any proxy waits for it. */
const frozenMs = 12_000;
/** Longest wait for every node to be in service, seconds, and the time between two checks, milliseconds. */
const [serviceSeconds, checkMs] = [120, 1_000];
/** Time for which an app process is busy, milliseconds: its watchdog ends it earlier. */
const blockedMs = 60_000;

/** Duration from which an answer is late, milliseconds. */
const lateMs = 1_000;

type Breaks = (outputs: StackOutputs) => Promise<unknown>;

function firstOf({ nodes }: StackOutputs, tier: StackNode["role"]): string {
  return nodes.find(({ role }) => role === tier)!.name;
}

/**
 * Time in which some reads failed or were late, milliseconds: from the start of the first such read to the
 * end of the last one. The other node of the tier answers other reads during that time.
 */
export function disturbedMs(probes: readonly Probe[]): number {
  const disturbed = probes.filter((probe) => !isServed(probe) || probe.tookMs > lateMs);
  if (disturbed.length === 0) return 0;
  const begin = Math.min(...disturbed.map(({ atMs }) => atMs));
  return Math.round(Math.max(...disturbed.map(({ atMs, tookMs }) => atMs + tookMs)) - begin);
}

/** Injects a fault under reads through the whole site, watches, heals, and waits for all nodes. */
async function watched(outputs: StackOutputs, watchMs: number, breaks: Breaks): Promise<Measured> {
  await waitForService(outputs, serviceSeconds, { intervalMs: checkMs });
  const url = new URL("/api/entries", outputs.url).href;
  const probers = new Probers([false, true].map((keeps) => new Prober(url, perSecond, keeps)));
  const { begunMs, marks, mark } = probers;
  try {
    await pause(beforeMs);
    mark("fault");
    await breaks(outputs);
    await pause(watchMs);
  } finally {
    if ((await healInjected()) > 0) mark("healed");
    await pause(beforeMs);
    await probers.stop();
  }
  const begun = Date.now();
  await waitForService(outputs, serviceSeconds, { intervalMs: checkMs });
  const { probes } = probers;
  const { requests, failed, slowestMs } = probers.seen();
  return {
    outageMs: disturbedMs(probes),
    requests,
    failed,
    moves: 0,
    notes: [
      `slowest answer ${slowestMs} ms`,
      `all in service ${Math.round((Date.now() - begun) / 1000)} s later`,
    ],
    series: seriesOf(answersOfProbes(probes), { begunMs, stepMs, marks }),
  };
}

/** Freezes a node, which continues later. */
function frozen(tier: StackNode["role"]): Breaks {
  return async (outputs) => {
    await inject({ fault: "freeze", server: firstOf(outputs, tier) });
    await pause(frozenMs);
  };
}

/** Script that evaluates an expression in a process of the app, over the inspector that a signal starts. */
const evaluates = `const [target] = await (await fetch("http://127.0.0.1:9229/json")).json();
const socket = new WebSocket(target.webSocketDebuggerUrl);
await new Promise((resolve) => (socket.onopen = resolve));
const expression = "for (const end = Date.now() + ${blockedMs}; Date.now() < end;);";
socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
setTimeout(() => process.exit(), 500);`;

/** Keeps one process of the app busy: it answers no request, but lives, and its connections stay open. */
async function blocked(outputs: StackOutputs): Promise<void> {
  const node = firstOf(outputs, "app");
  const mainPid = "systemctl show --property MainPID --value app@1.service";
  const before = await runOnNode(outputs, node, mainPid);
  const encoded = Buffer.from(evaluates).toString("base64");
  const evaluate = `echo ${encoded} | base64 -d | node --input-type=module -`;
  await runOnNode(outputs, node, `sudo kill -USR1 ${before.trim()}; sleep 1; ${evaluate}`);
  const restarted = async () => (await runOnNode(outputs, node, mainPid)) !== before || undefined;
  await waitUntil(`another process of the app on ${node}`, restarted, { timeoutSeconds: 30 });
}

/** Makes a drill of one node of the web or the app tier. */
function drill(
  id: string,
  title: string,
  { boundMs, failed }: { boundMs: number; failed: number },
  breaks: Breaks,
): Drill {
  const run = (outputs: StackOutputs) => watched(outputs, 10_000, breaks);
  return { id, title, boundMs, moves: [0, 0], failed, run };
}

/** Faults of the web and the app tier: numbers and titles of the fault matrix. */
export const tierDrills: readonly Drill[] = [
  // One failed read of a thousand is allowed.
  drill("F19", "nginx of a web node killed", { boundMs: 1_500, failed: 1 }, (outputs) =>
    inject({ fault: "kill", server: firstOf(outputs, "web"), unit: "nginx.service" }),
  ),
  drill("F20", "a web node frozen for 12 s", { boundMs: 2_000, failed: 50 }, frozen("web")),
  drill("F20b", "an app node frozen for 12 s", { boundMs: 2_000, failed: 50 }, frozen("app")),
  drill("F23", "a process of the app computes for ever", { boundMs: 10_000, failed: 50 }, blocked),
];

/** Rows of the matrix that these drills do not show, with the reason. */
export const tierNotShown: readonly NotShown[] = [];
