import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { backDrills } from "./drill/back";
import { backupDrills } from "./drill/backups";
import { certificateDrills } from "./drill/certificates";
import { databaseDrills, databaseNotShown } from "./drill/database";
import type { Drill, Measured, NotShown } from "./drill/drill";
import { edgeDrills, edgeNotShown } from "./drill/edge";
import { longDrills } from "./drill/edge-long";
import { editDrills, editsNotShown } from "./drill/edits";
import { releaseDrills, releasesNotShown } from "./drill/releases";
import { type Drilled, isGood, summary, table } from "./drill/report";
import { scanDrills } from "./drill/scan";
import { timeline } from "./drill/timeline";
import { tierDrills, tierNotShown } from "./drill/tiers";
import { trafficDrills } from "./drill/traffic";
import { healInjected } from "./local/faults";
import { readOutputs } from "./operate/outputs";
import { localPaths, localStateDirectory } from "./local/paths";
import { takeLock } from "./local/processes";

interface Suite {
  drills: readonly Drill[];
  notShown: readonly NotShown[];
}

/** Suites by name; suites of a chosen duration have a default number of minutes. */
const suites: Record<string, (minutes?: number) => Suite> = {
  edge: () => ({ drills: edgeDrills, notShown: edgeNotShown }),
  database: () => ({ drills: databaseDrills, notShown: databaseNotShown }),
  certificates: () => ({ drills: certificateDrills, notShown: [] }),
  tiers: () => ({ drills: tierDrills, notShown: tierNotShown }),
  edits: () => ({ drills: editDrills, notShown: editsNotShown }),
  backups: () => ({ drills: backupDrills, notShown: [] }),
  back: () => ({ drills: backDrills, notShown: [] }),
  releases: () => ({ drills: releaseDrills, notShown: releasesNotShown }),
  traffic: (minutes = 10) => ({ drills: trafficDrills(minutes), notShown: [] }),
  soak: (minutes = 30) => ({ drills: longDrills(minutes), notShown: [] }),
  scan: () => ({ drills: scanDrills, notShown: [] }),
};

/** `npm run drill -- edge [F5 ...] [--runs N] [--minutes N]`: faults under load, each measured against its bound. */
async function main(): Promise<void> {
  const options = {
    runs: { type: "string", default: "3" },
    minutes: { type: "string" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = "", ...requestedIds] = positionals;
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  const isDuration = minutes === undefined || minutes > 0;
  const suite = isDuration ? suites[name]?.(minutes) : undefined;
  const runs = Number(values.runs);
  if (!suite || !Number.isInteger(runs) || runs < 1) {
    const names = Object.keys(suites).join("|");
    throw new Error(`usage: npm run drill -- ${names} [F5 ...] [--runs N] [--minutes N]`);
  }
  const ids = suite.drills.map(({ id }) => id);
  const unknown = requestedIds.filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new Error(`no drill ${unknown.join(", ")} among ${ids.join(", ")}`);
  const drills = suite.drills.filter(
    ({ id }) => requestedIds.length === 0 || requestedIds.includes(id),
  );
  // Fails here, before the lock, if there is no stack.
  readOutputs();
  // Two drills at a time would disturb each other's measurements, and remove each other's tables.
  takeLock(localPaths.drillLock, "npm run drill");
  const all: Drilled[] = [];
  for (const drill of drills) all.push(await repeat(drill, runs));
  const notShown = requestedIds.length === 0 ? suite.notShown : [];
  console.log(`\n${table(all, notShown)}`);
  keep(name, all);
  process.exitCode = all.every(isGood) ? 0 : 1;
}

/** Keeps the measurements as JSON, and a picture of each drill. */
function keep(suite: string, all: readonly Drilled[]): void {
  const folder = join(localStateDirectory, "drills");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${suite}.json`);
  writeFileSync(file, `${JSON.stringify(all.map(summary), null, 2)}\n`);
  for (const drilled of all) {
    writeFileSync(join(folder, `${suite}-${drilled.drill.id}.svg`), timeline(drilled));
  }
  console.log(`\nwritten to ${file}, with one ${suite}-<id>.svg for each drill beside it`);
}

async function repeat(drill: Drill, runs: number): Promise<Drilled> {
  const done: Measured[] = [];
  const errors: string[] = [];
  for (let run = 1; run <= runs; run++) {
    try {
      const measured = await drill.run(readOutputs());
      done.push(measured);
      const { outageMs, requests, failed, moves, notes = [] } = measured;
      const summary = `outage ${outageMs} ms, ${failed} of ${requests} failed, ${moves} moves`;
      console.log(`${drill.id} run ${run}: ${[summary, ...notes.slice(0, 9)].join("; ")}`);
    } catch (error) {
      errors.push((error as Error).message);
      console.log(`${drill.id} run ${run}: ${(error as Error).message}`);
      await healInjected().catch(() => undefined);
    }
  }
  return { drill, runs: done, errors };
}

/** A drill that is stopped leaves no fault behind; stopped twice, it ends at once. */
function healAndEnd(): void {
  console.log("stopped; healing what this drill broke ...");
  const report = (error: Error) =>
    console.error(`not healed: ${error.message}; run npm run fault -- heal`);
  void healInjected()
    .then((count) => console.log(`${count} faults healed`), report)
    .finally(() => process.exit(130));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, healAndEnd);
main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
