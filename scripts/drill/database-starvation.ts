import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { databaseStates, primaryOf } from "../operate/databases";
import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { harmless, usualWatch, mysqlUnit, type Members, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";

const dataPath = "/var/lib/mysql";
/** Free share of the full disk: below the supervisor's limit, above zero. */
const freeShare = 0.07;
/** Writes per second that make a commit take some seconds: each write takes 0.1 s, and a commit has many. */
const slowWritesPerSecond = 10;
/** Writes per second with which hardly a commit ends. */
const stuckWritesPerSecond = 1;
/** Least time between a switch and the next hand-over, milliseconds; see `host/supervisor/policy/hand-over.ts`. */
const coolDownMs = 60_000;

/**
 * Fills the disk of the data up to {@link freeShare}.
 *
 * @throws Error if the data has no disk of its own: all hosts share the disk of this machine.
 */
async function fill(outputs: StackOutputs, server: string): Promise<void> {
  const where = `findmnt --noheadings --output TARGET --target ${dataPath}`;
  const target = (await runOnNode(outputs, server, where)).trim();
  if (target === "/") {
    throw new Error(`${server}: ${dataPath} is on the disk of this machine; give db a volume`);
  }
  const sizes = await runOnNode(
    outputs,
    server,
    `df --output=size,avail -BM ${dataPath} | tail -1`,
  );
  const [size, free] = sizes
    .trim()
    .split(/\s+/)
    .map((text) => Number.parseInt(text, 10));
  const mebibytes = Math.floor(free! - size! * freeShare);
  if (mebibytes > 0) await inject({ fault: "disk", server, path: dataPath, mebibytes });
}

/** Waits until another member is the primary; returns the duration, milliseconds. */
async function primaryMoved({ outputs, primary }: Members, timeoutSeconds: number) {
  const begun = Date.now();
  await waitUntil(
    "another primary",
    async () => {
      const now = primaryOf(await databaseStates(outputs));
      if (now === undefined || now === primary) throw new Error(`it is ${now ?? "none"}`);
      return now;
    },
    { timeoutSeconds },
  );
  return Date.now() - begun;
}

/** Limits the writes of the primary's disk; measures the time until another member is the primary. */
async function slowPrimary(outputs: StackOutputs, writesPerSecond: number): Promise<Measured> {
  let movedMs = 0;
  await pause(coolDownMs);
  const measured = await watched(outputs, usualWatch, async (members) => {
    const { primary: server } = members;
    await inject({ fault: "slow-disk", server, path: dataPath, writesPerSecond });
    movedMs = await primaryMoved(members, 60);
    members.mark("primary moved");
  });
  const note = `longest time between two writes ${measured.outageMs} ms`;
  return { ...measured, outageMs: movedMs, notes: [note, ...(measured.notes ?? [])] };
}

/** Faults of disks. */
export const diskDrills: readonly Drill[] = [
  harmless("F30", "disk of a secondary nearly full", ({ outputs, secondaries }) =>
    fill(outputs, secondaries[0]!),
  ),
  {
    id: "F31",
    title: "disk of the primary nearly full",
    boundMs: 30_000,
    moves: [1, 1],
    failed: 0,
    run: (outputs) =>
      watched(outputs, usualWatch, ({ primary }: Members) => fill(outputs, primary)),
  },
  {
    id: "F32",
    title: "slow disk of the primary: time until the switch",
    boundMs: 40_000,
    moves: [1, 1],
    run: (outputs) => slowPrimary(outputs, slowWritesPerSecond),
  },
  {
    id: "F32b",
    title: "disk of the primary all but hangs: time until the switch",
    boundMs: 30_000,
    moves: [1, 1],
    run: (outputs) => slowPrimary(outputs, stuckWritesPerSecond),
  },
];

/** Share of one processor for MySQL of the primary, per cent. */
const percent = 2;
/** Duration of the limit, milliseconds. */
const starvedMs = 20_000;

/** Number of times that the app nodes' proxies marked a database node down as primary in the last `seconds`. */
async function cutsOf(outputs: StackOutputs, node: string, seconds: number): Promise<number> {
  const apps = outputs.nodes.filter(({ role }) => role === "app").map(({ name }) => name);
  const command =
    `sudo journalctl -u haproxy --since=-${seconds}s --output=cat | ` +
    `grep -c '^Server primary/${node} is DOWN' || true`;
  const counts = await Promise.all(apps.map((app) => runOnNode(outputs, app, command)));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/** Limits the primary's processor time: it serves slowly, and keeps its sessions. */
async function starved(outputs: StackOutputs): Promise<Measured> {
  const begun = Date.now();
  let starving = "";
  const measured = await watched(outputs, usualWatch, async ({ primary: server }: Members) => {
    starving = server;
    await inject({ fault: "processor", server, unit: mysqlUnit, percent });
    await pause(starvedMs);
  });
  const cuts = await cutsOf(outputs, starving, Math.ceil((Date.now() - begun) / 1_000));
  const notes = [`the primary was called down ${cuts} times`, ...(measured.notes ?? [])];
  return { ...measured, failed: measured.failed + cuts, notes };
}

/** MySQL with next to no processor time. */
export const starvedDrills: readonly Drill[] = [
  {
    id: "F53",
    title: `MySQL of the primary has ${percent} % of a processor for ${starvedMs / 1_000} s`,
    boundMs: 10_000,
    moves: [0, 0],
    failed: 0,
    run: starved,
  },
];
