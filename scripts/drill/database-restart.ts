import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { cloudDelete, cloudServers } from "../local/cloud";
import { heal, inject } from "../local/faults";
import { readOutputs, type StackOutputs } from "../operate/outputs";
import { databaseStates, query } from "../operate/databases";
import { runOnNode } from "../operate/ssh";
import { ballastMb, withBallast } from "./ballast";
import {
  type Breaks,
  harmless,
  mysqlUnit,
  usualWatch,
  type Members,
  watched,
} from "./database-watch";
import { waitForGroup, waitForMember } from "./database-state";
import { waitForWrites } from "./database-load";
import type { Drill, Measured } from "./drill";
import { npmRun } from "../local/processes";

/** Time for which a node runs alone, milliseconds: longer than a minority stays a group. */
const aloneMs = 20_000;
/** Time for acknowledgements on their way, milliseconds; later ones are an error. */
const onItsWayMs = 1_000;

/** Result of a drill with a minority. */
export interface MinorityRun {
  /** Number of writes that the minority acknowledged. */
  alone: number;
  /** Time from power for the missing node until an acknowledged write, milliseconds. */
  outageMs: number;
}

/**
 * Runs a minority alone for a while, then restores the missing node's power.
 *
 * @param look check at the end of that time.
 */
export async function runMinority(
  { outputs, ledger, mark }: Members,
  missing: number,
  leftMs = aloneMs,
  look: () => Promise<void> = async () => undefined,
): Promise<MinorityRun> {
  const acknowledged = () => ledger.writes.filter(({ result }) => result === "acknowledged").length;
  const before = acknowledged();
  await pause(leftMs);
  await look();
  const alone = acknowledged() - before;
  mark("missing node back");
  const begun = Date.now();
  await heal(missing);
  await waitForWrites(outputs, 120);
  return { alone, outageMs: Date.now() - begun };
}

/** Watches a minority that must acknowledge no write; measures {@link MinorityRun.outageMs}. */
export async function watchedMinority(
  outputs: StackOutputs,
  part: string,
  breaks: (members: Members) => Promise<MinorityRun>,
): Promise<Measured> {
  let ended: MinorityRun | undefined;
  const watch = { watchMs: 2_000, backSeconds: 120, reads: false };
  const measured = await watched(outputs, watch, async (members) => {
    ended = await breaks(members);
  });
  const { alone, outageMs } = ended!;
  const notes = [`${alone} writes acknowledged by ${part}`, ...(measured.notes ?? [])];
  const broken = (measured.broken ?? 0) + alone;
  return { ...measured, outageMs, failed: broken, broken, moves: 0, notes };
}

/**
 * Drill of {@link watchedMinority}.
 *
 * @param drill id, title, bound in milliseconds; `part` names the minority.
 */
export function minorityDrill(
  { part, ...drill }: Pick<Drill, "id" | "title" | "boundMs"> & { part: string },
  breaks: (members: Members) => Promise<MinorityRun>,
): Drill {
  const run = (outputs: StackOutputs) => watchedMinority(outputs, part, breaks);
  return { ...drill, moves: [0, 0], failed: 0, run };
}

const off = (server: string) => inject({ fault: "power-off", server });

/** Two nodes lose power: the third must acknowledge no write and bootstrap no group. */
async function oneOfThree(members: Members): Promise<MinorityRun> {
  const faults = await Promise.all(members.secondaries.map(off));
  await pause(onItsWayMs);
  return runMinority(members, faults[0]!);
}

/** All nodes lose power, and all but the last primary come back: they wait, and report for which node. */
async function withoutLastPrimary(members: Members): Promise<MinorityRun> {
  const { primary, secondaries, outputs } = members;
  const [last, ...others] = await Promise.all([primary, ...secondaries].map(off));
  for (const fault of others) await heal(fault);
  const isReported = async () => {
    const states = await databaseStates(outputs);
    const reports = secondaries.map(
      (name) => `${name}: ${states.get(name)?.waiting ?? "no answer"}`,
    );
    const expected = `${primary} was the last primary and cannot be seen`;
    if (!reports.every((text) => text.endsWith(expected))) throw new Error(reports.join("; "));
    return true;
  };
  await waitUntil(`both waiting for ${primary}`, isReported, { timeoutSeconds: 90 });
  return runMinority(members, last!);
}

/** Restarts MySQL on every node, one after the other, the primary last. */
async function rolling({ primary, secondaries, outputs, mark }: Members): Promise<void> {
  for (const node of [...secondaries, primary]) {
    mark(`restart of ${node}`);
    await runOnNode(outputs, node, `sudo systemctl restart ${mysqlUnit}`, 90_000);
    await waitForMember(outputs, node, 90);
    await waitForGroup(outputs, 90);
  }
}

/** Deletes a secondary's server, as an operator might in the Console; `up` creates it again. */
async function destroyed({ secondaries, outputs, mark }: Members): Promise<void> {
  const name = secondaries[0]!;
  const server = (await cloudServers()).find((one) => one.name === name)!;
  await cloudDelete(`/servers/${server.id}`);
  await npmRun("up:local", "--refresh");
  outputs.nodes = readOutputs().nodes;
  mark("server made again");
  await waitForMember(outputs, name, 300);
  await waitForGroup(outputs, 300);
}

/** As `destroyed`, in a group whose binary log begins later than its data: the new node clones the data. */
async function destroyedLate(members: Members): Promise<void> {
  const { primary, secondaries, outputs } = members;
  // MySQL does not purge a log that ended in the same second.
  const begin = "FLUSH BINARY LOGS; DO SLEEP(2); PURGE BINARY LOGS BEFORE NOW()";
  for (const node of [primary, ...secondaries]) await query(outputs, node, begin);
  await destroyed(members);
}

/**
 * Drill of a secondary with a new server. Writes pause as in F29c, and once more when the node joins: the
 * other members must connect to it, and XCom waits a second longer after each failed attempt.
 */
function replaced(id: string, title: string, breaks: Breaks): Drill {
  const watch = { watchMs: 2_000, backSeconds: 300, reads: true };
  return { ...harmless(id, title, breaks, watch), boundMs: 5_000 };
}

/** Faults that end with a start. */
export const restartDrills: readonly Drill[] = [
  minorityDrill(
    {
      id: "F33",
      title: "two nodes lose power, one comes back",
      boundMs: 120_000,
      part: "one node of three",
    },
    oneOfThree,
  ),
  minorityDrill(
    {
      id: "F34c",
      title: "all lose power, the last primary comes back late",
      boundMs: 120_000,
      part: "two without the last primary",
    },
    withoutLastPrimary,
  ),
  {
    id: "F37",
    title: "MySQL restarted everywhere, primary last",
    boundMs: 1_000,
    moves: [1, 1],
    failed: 0,
    run: (outputs) => watched(outputs, { ...usualWatch, watchMs: 3_000 }, rolling),
  },
  replaced("F41", "server of a secondary deleted, made again by up", destroyed),
  withBallast(
    replaced(
      "F41b",
      `as F41, with ${ballastMb} MB of data and a log that begins later`,
      destroyedLate,
    ),
  ),
];
