import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../../rolling/wait-until";
import { heal, inject } from "../local/faults";
import { query } from "../operate/databases";
import { ballastMb, withBallast } from "./ballast";
import {
  type Breaks,
  harmless,
  mysqlUnit,
  usualWatch,
  type Members,
  type Watch,
  watched,
} from "./database-watch";
import type { Drill } from "./drill";

/** Writes a transaction on one node alone: the group refuses the node, which then clones another one. */
async function errant({ secondaries, outputs }: Members): Promise<void> {
  await query(
    outputs,
    secondaries[0]!,
    "STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; CREATE DATABASE errant; DROP DATABASE errant;",
  );
}

/** Statement that slows clones to a node, until a restart of its MySQL: 512 MB take about 40 s. */
const slowly =
  "SET GLOBAL clone_autotune_concurrency = OFF; SET GLOBAL clone_max_concurrency = 1; SET GLOBAL clone_max_data_bandwidth = 2";
/** Query with a result once a running clone has copied 50 MB. */
const underWay =
  "SELECT 1 FROM performance_schema.clone_progress WHERE STAGE = 'FILE COPY' AND STATE = 'In Progress' AND DATA > 50000000";

/** As `errant`, with a fault that `breaks` injects while the clone runs. */
async function brokenOff(members: Members, breaks: () => Promise<unknown>): Promise<void> {
  const { outputs, mark } = members;
  const node = members.secondaries[0]!;
  await query(outputs, node, slowly);
  await errant(members);
  await waitUntil(
    `a copy of data on ${node}`,
    async () => ((await query(outputs, node, underWay)).length > 0 ? true : undefined),
    { timeoutSeconds: 60, intervalMs: 500 },
  );
  mark("copy broken off");
  await breaks();
}

/** Kills MySQL of the node in the middle of its clone. */
function killed(members: Members): Promise<void> {
  const server = members.secondaries[0]!;
  return brokenOff(members, () => inject({ fault: "kill", server, unit: mysqlUnit }));
}

/** Time for which the donor is off, milliseconds: longer than the wait for a stalled clone. */
const donorOffMs = 70_000;

/** Cuts the donor's power; the group loses its quorum. */
function donorLost(members: Members): Promise<void> {
  const server = members.secondaries[1]!;
  return brokenOff(members, async () => {
    const fault = await inject({ fault: "power-off", server });
    await pause(donorOffMs);
    await heal(fault);
  });
}

/** Watch of a rebuild under load, with the longest wait for all members. */
const rebuild: Watch = { ...usualWatch, watchMs: 10_000, backSeconds: 300 };
const heavy: Watch = { ...rebuild, watchMs: 30_000 };

/** Drill of a clone that hardly affects the other members. */
function copying(id: string, title: string, breaks: Breaks, watch: Watch): Drill {
  return { ...harmless(id, title, breaks, watch), boundMs: 2_000 };
}

/** Faults after which a member clones another one. */
export const rebuildDrills: readonly Drill[] = [
  copying("F40", "errant transaction on a secondary", errant, rebuild),
  withBallast(copying("F40b", `as F40, with ${ballastMb} MB of data`, errant, heavy)),
  withBallast(copying("F40c", "as F40b, MySQL of the node killed while it copies", killed, heavy)),
  withBallast({
    id: "F40d",
    title: "as F40b, the node that it copies from loses power for 70 s",
    boundMs: 120_000,
    moves: [0, 1],
    run: (outputs) => watched(outputs, { ...heavy, reads: false }, donorLost),
  }),
];
