import { setTimeout as pause } from "node:timers/promises";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import {
  type Breaks,
  cutFrom,
  failover,
  usualWatch,
  type Members,
  watched,
} from "./database-watch";
import type { Drill, Measured } from "./drill";
import { StaleReads } from "./stale-reads";

/** Least time between a switch and the next hand-over, milliseconds; see `host/supervisor/policy/hand-over.ts`. */
const coolDownMs = 60_000;
/** Duration of a replica's lag, seconds: long enough for the age of its data to pass every limit. */
const lagSeconds = 10;
/** Largest allowed age of a read, milliseconds: the proxies' limit of 1 s, one of their checks, and the read itself. */
const staleMs = 2_000;

function appNodes({ nodes }: StackOutputs): string[] {
  return nodes.filter(({ role }) => role === "app").map(({ name }) => name);
}

function cutFromApps({ primary, outputs }: Members): Promise<void> {
  return cutFrom(primary, appNodes(outputs));
}

/** Cuts one app node from the primary, while the others reach it. */
function cutFromOneApp({ primary, outputs }: Members): Promise<void> {
  return cutFrom(primary, appNodes(outputs).slice(0, 1));
}

/** Time until `/replica` of a node refuses, milliseconds. @throws Error if it never refuses. */
async function refusedAfter(outputs: StackOutputs, node: string): Promise<number> {
  const address = outputs.nodes.find(({ name }) => name === node)!.privateIp;
  const ask = `curl -sfo /dev/null -m 1 'http://${address}:9200/replica?lag=1s'`;
  const loop = `for i in $(seq 100); do ${ask} || break; sleep 0.05; done; ${ask} && exit 1`;
  const script = `b=$(date +%s%3N); ${loop}; echo $(($(date +%s%3N) - b))`;
  return Number(await runOnNode(outputs, node, script));
}

/** The members, with the delayed secondary. */
type Held = Members & { node: string };
type HoldsUp = (members: Held) => Promise<unknown>;

/** The secondary with the most sessions of the app: sessions last, and a new secondary has none. */
async function mostRead({ outputs, secondaries }: Members): Promise<string> {
  const sql = "SELECT COUNT(*) FROM performance_schema.processlist WHERE USER = 'app'";
  const counts = await Promise.all(
    secondaries.map(async (node) => ({
      node,
      sessions: Number((await query(outputs, node, sql))[0]?.[0]),
    })),
  );
  return counts.sort((a, b) => b.sessions - a.sessions)[0]!.node;
}

/** Delays a secondary, and measures the age of the oldest read. */
async function lagging(outputs: StackOutputs, holdsUp: HoldsUp): Promise<Measured> {
  const notes: string[] = [];
  let oldestMs = 0;
  const measured = await watched(outputs, usualWatch, async (members) => {
    const node = await mostRead(members);
    const reads = new StaleReads(outputs.url, members.ledger);
    reads.start();
    const work = [refusedAfter(outputs, node), holdsUp({ ...members, node })] as const;
    const [refusedMs] = await Promise.all(work).finally(() => reads.stop());
    oldestMs = reads.oldestMs;
    notes.push(
      `replica refused after ${refusedMs} ms, oldest of ${reads.count} reads ${oldestMs} ms`,
    );
  });
  return { ...measured, outageMs: oldestMs, notes: [...notes, ...(measured.notes ?? [])] };
}

/** Stops the applier for a while. */
function applierHeld({ outputs, node }: Held): Promise<unknown> {
  const lock = `FLUSH TABLES WITH READ LOCK; DO SLEEP(${lagSeconds}); UNLOCK TABLES`;
  return query(outputs, node, lock);
}

/** Cuts the secondary from the other members, while the app nodes reach it. */
async function cutFromPeers({ secondaries, primary, node }: Held): Promise<void> {
  await cutFrom(
    node,
    [primary, ...secondaries].filter((name) => name !== node),
  );
  await pause(lagSeconds * 1_000);
}

/** Cuts the secondary from the primary, while the other secondary, which has the transactions, reaches it. */
async function cutFromPrimary({ primary, node }: Held): Promise<void> {
  await cutFrom(node, [primary]);
  await pause(lagSeconds * 1_000);
}

/** Drill of the age of reads while a secondary is delayed. */
function stale(id: string, title: string, holdsUp: HoldsUp): Drill {
  const run = (outputs: StackOutputs) => lagging(outputs, holdsUp);
  return { id, title, boundMs: staleMs, moves: [0, 0], failed: 0, run };
}

/** Drill of a primary past its cool-down that is cut from app nodes. */
function unreached(id: string, title: string, breaks: Breaks): Drill {
  const run = async (outputs: StackOutputs) => {
    await pause(coolDownMs);
    return watched(outputs, usualWatch, breaks);
  };
  return { ...failover(id, title, breaks, 15_000), run };
}

/** Faults of the network between the tiers. */
export const reachDrills: readonly Drill[] = [
  unreached("F28", "primary cut from the app nodes alone", cutFromApps),
  unreached("F28b", "primary cut from one of two app nodes", cutFromOneApp),
  stale("F39", "a replica lags: age of the oldest read", applierHeld),
  stale("F39b", "a replica cut from its peers: age of the oldest read", cutFromPeers),
  {
    ...stale("F39c", "a replica cut from the primary: age of the oldest read", cutFromPrimary),
    moves: [0, 1],
  },
];
