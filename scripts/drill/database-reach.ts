import { setTimeout as pause } from "node:timers/promises";
import { inject } from "../local/faults";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { failover, usualWatch } from "./database-kinds";
import { type Members, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";
import { StaleReads } from "./stale-reads";

/** A primary that got its role by a switch keeps it for a minute; see `host/supervisor/hand-over.ts`. */
const coolDownMs = 60_000;
/** How long a replica lags, seconds: long enough for its age to pass every limit. */
const lagSeconds = 10;
/** The proxies' limit of 1 s, a check of theirs, and the way of a read, milliseconds. */
const staleMs = 2_000;

async function cutFromApps({ primary, outputs }: Members): Promise<void> {
  for (const { name } of outputs.nodes.filter(({ role }) => role === "app")) {
    await inject({ fault: "link", server: primary, side: "private", peer: name });
  }
}

/** One app node cut from the primary: those that reach it go on, so the primary stays. */
async function cutFromOneApp({ primary, outputs }: Members): Promise<void> {
  const app = outputs.nodes.find(({ role }) => role === "app")!;
  await inject({ fault: "link", server: primary, side: "private", peer: app.name });
}

/** Milliseconds until `/replica` of the node refuses. @throws Error if it never does. */
async function refusedAfter(outputs: StackOutputs, node: string): Promise<number> {
  const address = outputs.nodes.find(({ name }) => name === node)!.privateIp;
  const ask = `curl -sfo /dev/null -m 1 'http://${address}:9200/replica?lag=1s'`;
  const loop = `for i in $(seq 100); do ${ask} || break; sleep 0.05; done; ${ask} && exit 1`;
  const script = `b=$(date +%s%3N); ${loop}; echo $(($(date +%s%3N) - b))`;
  return Number(await runOnNode(outputs, node, script));
}

/** Holds up the applier of a secondary, and looks at how old the oldest read is. */
async function lagging(outputs: StackOutputs): Promise<Measured> {
  const notes: string[] = [];
  let oldestMs = 0;
  const measured = await watched(outputs, usualWatch, async ({ secondaries, ledger }) => {
    const node = secondaries[0]!;
    const reads = new StaleReads(outputs.url, ledger);
    reads.start();
    const lock = `FLUSH TABLES WITH READ LOCK; DO SLEEP(${lagSeconds}); UNLOCK TABLES`;
    const work = [refusedAfter(outputs, node), query(outputs, node, lock)] as const;
    const [refusedMs] = await Promise.all(work).finally(() => reads.stop());
    oldestMs = reads.oldestMs;
    notes.push(
      `replica refused after ${refusedMs} ms, oldest of ${reads.count} reads ${oldestMs} ms`,
    );
  });
  return { ...measured, outageMs: oldestMs, notes: [...notes, ...(measured.notes ?? [])] };
}

/** Faults of the way between the tiers. */
export const reachDrills: readonly Drill[] = [
  {
    ...failover("F28", "primary cut from the app nodes alone", cutFromApps, 15_000),
    run: async (outputs) => {
      await pause(coolDownMs);
      return watched(outputs, usualWatch, cutFromApps);
    },
  },
  {
    id: "F28b",
    title: "primary cut from one of two app nodes",
    boundMs: 15_000,
    moves: [0, 0],
    run: (outputs) => watched(outputs, usualWatch, cutFromOneApp),
  },
  {
    id: "F39",
    title: "a replica lags: age of the oldest read",
    boundMs: staleMs,
    moves: [0, 0],
    failed: 0,
    run: lagging,
  },
];
