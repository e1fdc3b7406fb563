import { setTimeout as pause } from "node:timers/promises";
import { switchPrimary } from "../operate/databases";
import { heal, healInjected, inject } from "../local/faults";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { probeClosedPorts, wronglyAnswered } from "./closed-ports";
import { clockDrills } from "./database-clock";
import { diskDrills, starvedDrills } from "./database-starvation";
import {
  cutFrom,
  failover,
  harmless,
  mysqlUnit,
  rejoinWatch,
  usualWatch,
  type Members,
  watched,
} from "./database-watch";
import { doubtDrills } from "./database-doubt";
import { historyDrills } from "./database-history";
import { lineageDrills } from "./database-lineage";
import { lastMemberDrills } from "./database-last-member";
import { overrideDrills } from "./database-override";
import { reachDrills } from "./database-reach";
import { rebuildDrills } from "./database-rebuild";
import { restartDrills } from "./database-restart";
import { serverNames, waitForGroup } from "./database-state";
import { waitForWrites } from "./database-load";
import { lostDiskDrills } from "./database-lost-disk";
import { powerOn, shutDown } from "./server-shutdown";
import { wrongHandDrills } from "./database-wrong-hand";
import type { Drill, Measured, NotShown } from "./drill";

async function frozen(server: string, milliseconds: number): Promise<void> {
  await inject({ fault: "kill", server, unit: mysqlUnit, signal: "STOP" });
  await pause(milliseconds);
  await inject({ fault: "kill", server, unit: mysqlUnit, signal: "CONT" });
}

async function withoutPower(
  server: string,
  milliseconds: number,
  mark: Members["mark"],
): Promise<void> {
  await inject({ fault: "power-off", server });
  await pause(milliseconds);
  await healInjected();
  mark("power is back");
}

/** Stops the primary in order, as for maintenance, and starts it again later. */
async function stoppedCleanly({ primary, outputs }: Members): Promise<void> {
  await runOnNode(outputs, primary, `sudo systemctl stop ${mysqlUnit}`, 60_000);
  await pause(5_000);
  await runOnNode(outputs, primary, `sudo systemctl start ${mysqlUnit}`, 60_000);
}

/** Calls every port as a user of a host, or over SSH, without root's rights. */
async function askedByStrangers({ outputs }: Members): Promise<void> {
  const wrong = wronglyAnswered(await probeClosedPorts(outputs));
  if (wrong.length > 0) throw new Error(`answered a stranger: ${wrong.join("; ")}`);
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

/** Switches machines off at once and on in random order; measures from the last power-on. */
async function darkness(outputs: StackOutputs, names: readonly string[]): Promise<Measured> {
  const faults = await Promise.all(
    names.map(async (server) => inject({ fault: "power-off", server })),
  );
  await pause(3_000);
  for (const id of shuffled(faults)) {
    await pause(Math.random() * 3_000);
    await heal(id);
  }
  const begun = Date.now();
  await waitForWrites(outputs, 300);
  const outageMs = Date.now() - begun;
  await waitForGroup(outputs, 120);
  return { outageMs, requests: 1, failed: 0, moves: 0 };
}

async function shutDownAndBack({ primary, mark }: Members): Promise<void> {
  await shutDown(primary);
  mark("off");
  await powerOn(primary);
}

/** Cuts the power of all database nodes under load: no acknowledged write may be lost. */
async function lossOfAll(outputs: StackOutputs): Promise<Measured> {
  let dark: Measured | undefined;
  const watch = { watchMs: 0, backSeconds: 120, reads: false };
  const measured = await watched(outputs, watch, async () => {
    const names = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
    dark = await darkness(outputs, names);
  });
  return { ...measured, outageMs: dark!.outageMs, failed: measured.broken ?? 0, moves: 0 };
}

/** Faults of the database: numbers, titles and bounds of the fault matrix. */
export const databaseDrills: readonly Drill[] = [
  failover(
    "F24",
    "MySQL of the primary killed",
    ({ primary }) => inject({ fault: "kill", server: primary, unit: mysqlUnit }),
    8_000,
    rejoinWatch,
  ),
  failover("F25", "MySQL of the primary frozen for 12 s", ({ primary }) => frozen(primary, 12_000)),
  failover("F26", "primary loses power", ({ primary }) =>
    inject({ fault: "power-off", server: primary }),
  ),
  failover("F27", "primary cut from its peers", ({ primary, secondaries }) =>
    cutFrom(primary, secondaries),
  ),
  {
    // The third node reaches both sides.
    ...failover("F27b", "primary cut from one of its peers", ({ primary, secondaries }) =>
      cutFrom(primary, secondaries.slice(0, 1)),
    ),
    moves: [0, 1],
  },
  failover("F36b", "MySQL of the primary stopped cleanly", stoppedCleanly, 2_000),
  failover("F36c", "host of the primary shut down in order", shutDownAndBack, 2_000, rejoinWatch),
  harmless("F29", "MySQL of a secondary killed", ({ secondaries }) =>
    inject({ fault: "kill", server: secondaries[0]!, unit: mysqlUnit }),
  ),
  harmless("F29b", "MySQL of a secondary frozen for 8 s", ({ secondaries }) =>
    frozen(secondaries[0]!, 8_000),
  ),
  {
    ...harmless("F29c", "secondary loses power", ({ secondaries }) =>
      inject({ fault: "power-off", server: secondaries[0]! }),
    ),
    // MySQL makes one attempt to connect, 1 s, before the host counts as silent.
    boundMs: 1_500,
  },
  {
    ...harmless(
      "F29d",
      "secondary without power for 45 s, back under load",
      ({ secondaries, mark }) => withoutPower(secondaries[0]!, 45_000, mark),
      { ...rejoinWatch, watchMs: 40_000 },
    ),
    boundMs: 1_500,
  },
  {
    id: "F34",
    title: "all database nodes lose power",
    boundMs: 120_000,
    moves: [0, 0],
    failed: 0,
    run: lossOfAll,
  },
  {
    id: "F35",
    title: "the whole stack loses power",
    boundMs: 180_000,
    moves: [0, 0],
    run: async (outputs) => darkness(outputs, await serverNames()),
  },
  {
    id: "F36",
    title: "planned switch of the primary",
    boundMs: 1_000,
    moves: [1, 1],
    failed: 0,
    run: (outputs) =>
      watched(outputs, { ...usualWatch, watchMs: 3_000 }, ({ secondaries }) =>
        switchPrimary(outputs, secondaries[0]!),
      ),
  },
  ...rebuildDrills,
  ...reachDrills,
  ...diskDrills,
  ...restartDrills,
  ...lastMemberDrills,
  ...lineageDrills,
  ...historyDrills,
  ...doubtDrills,
  ...starvedDrills,
  harmless(
    "F46b",
    "every port of the supervisors and the broker, asked by a stranger",
    askedByStrangers,
    usualWatch,
  ),
  ...clockDrills,
  ...wrongHandDrills,
  ...lostDiskDrills,
  ...overrideDrills,
];

/** Rows of the matrix that this cloud cannot show: none. */
export const databaseNotShown: readonly NotShown[] = [];
