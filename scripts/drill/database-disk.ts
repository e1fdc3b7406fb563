import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { databaseStates, primaryOf } from "../operate/databases";
import { inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { harmless, usualWatch } from "./database-kinds";
import { type Members, watched } from "./database-watch";
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
  const said = `longest time between two writes ${measured.outageMs} ms`;
  return { ...measured, outageMs: movedMs, notes: [said, ...(measured.notes ?? [])] };
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
