import { performance } from "node:perf_hooks";
import { runOnNode } from "../operate/ssh";
import type { Drill, NotShown } from "./drill";
import { type AppTrial, type Watch, withDrilledApp } from "./drilled-app";
import { npmEnded, npmRun } from "../local/processes";
import { type ReleaseKind, writeRelease } from "./release-app";

/** Number of deploys in one run; each one is rolled back. */
const deploys = 20;
/** Trial of each deploy, seconds; short, because these releases are known to work. */
const shortTrialSeconds = 2;
/** Folder of the hosts into which archives are pushed; as in `host/converge/transfer.ts`. */
const incoming = "/var/lib/webstack/incoming";

/** Runs an npm script; returns its seconds. @throws Error if it fails. */
async function timed(script: string, ...args: string[]): Promise<number> {
  const begunMs = performance.now();
  await npmRun(script, ...args);
  return (performance.now() - begunMs) / 1000;
}

function spread(what: string, seconds: readonly number[]): string {
  const sorted = [...seconds].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  return `${what} ${least.toFixed(1)} to ${most.toFixed(1)} s, median ${median.toFixed(1)} s`;
}

/** Deploys new releases and rolls each one back, one after the other. */
async function manyDeploys({ app, notes, mark }: AppTrial): Promise<void> {
  const [there, back]: number[][] = [[], []];
  for (let number = 1; number <= deploys; number += 1) {
    writeRelease(app.folder, "works", `2.0.${number}`);
    mark(`deploy ${number}`);
    there!.push(await timed("deploy", "--yes"));
    await app.checkVersion(`2.0.${number}`);
    mark(`back ${number}`);
    back!.push(await timed("rollback", "--yes"));
    await app.checkVersion(app.before);
  }
  notes.push(spread(`${deploys} deploys`, there!), spread("roll-backs", back!));
}

/** A deploy that must fail, name the first app node and the reason, and leave the earlier release running. */
function refused(
  kind: ReleaseKind,
  reason: RegExp,
  node = /app-1/,
): (trial: AppTrial) => Promise<void> {
  return async ({ app, notes, mark }) => {
    writeRelease(app.folder, kind, "2.0.0");
    mark("deploy");
    const begunMs = performance.now();
    const { status, output } = await npmEnded("deploy", "--yes");
    const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
    if (status === 0)
      throw new Error(`a release that ${kind} was deployed: ${output.slice(-1_500)}`);
    for (const wanted of [reason, node]) {
      if (!wanted.test(output))
        throw new Error(`the failure does not say ${wanted.source}: ${output.slice(-1_500)}`);
    }
    await app.checkVersion(app.before);
    notes.push(`refused after ${seconds} s: ${reason.exec(output)![0]}`);
  };
}

/** Runs of the app's units on the first app node: a restart gives a unit another id. */
function runs({ outputs }: AppTrial): Promise<string> {
  return runOnNode(outputs, "app-1", "systemctl show --property=Id,InvocationID 'app@*'");
}

/** A deploy whose migration fails; no process of the app may restart. */
async function failedMigration(trial: AppTrial): Promise<void> {
  const before = await runs(trial);
  await refused("migration fails", /no such column on purpose/)(trial);
  const after = await runs(trial);
  if (after === before) return;
  throw new Error(`processes of the app were restarted: ${before} before, ${after} after`);
}

/** An archive with a wrong checksum, passed to the host's program as a deploy does. */
async function wrongSum({ outputs, app, notes, mark }: AppTrial): Promise<void> {
  const digest = "0".repeat(64);
  mark("archive");
  const receive = `sudo node /usr/local/lib/webstack/converge.js receive ${digest} 2>&1 || true`;
  const output = await runOnNode(outputs, "app-1", `head -c 100000 /dev/urandom | ${receive}`);
  const refusal = /the release must have SHA-256 0{64}, got [0-9a-f]{64}/.exec(output);
  if (!refusal) throw new Error(`the archive was not refused for its sum: ${output.slice(-500)}`);
  const left = await runOnNode(outputs, "app-1", `sudo ls ${incoming}`);
  if (left.includes(digest)) throw new Error(`the refused archive is still on app-1: ${left}`);
  await app.checkVersion(app.before);
  notes.push(refusal[0]);
}

/** A deploy while an app node's disk has space for only a part of the archive. */
async function fullDisk(trial: AppTrial): Promise<void> {
  const { outputs } = trial;
  const mount = `sudo mkdir -p ${incoming} && sudo mount -t tmpfs -o size=1m,mode=700 none ${incoming}`;
  await runOnNode(outputs, "app-1", mount);
  try {
    await refused("is large", /No space left|ENOSPC|no room/i)(trial);
  } finally {
    await runOnNode(outputs, "app-1", `sudo umount ${incoming}`);
  }
}

function drill(
  id: string,
  title: string,
  work: (trial: AppTrial) => Promise<void>,
  watch: Watch = {},
): Drill {
  return {
    ...{ id, title, boundMs: 0, moves: [0, 0], failed: 0 },
    run: (outputs) => withDrilledApp(outputs, watch, work),
  };
}

/** Deploys and rollbacks under load: no request fails, and no WebSocket ends without a close frame. */
export const releaseDrills: readonly Drill[] = [
  drill("R1", `${deploys} deploys, each rolled back`, manyDeploys, {
    trialSeconds: shortTrialSeconds,
  }),
  drill(
    "R2",
    "a release that ends at its start",
    refused("ends at its start", /the app exited before it was healthy/),
  ),
  drill("R3", "a release that is never healthy", refused("is never healthy", /503|not healthy/)),
  drill(
    "R4",
    "a release that is healthy and then dies",
    refused("ends later", /ended within \d+ s; a new release must run for 30 s/),
    { crashes: true },
  ),
  drill("R5", "a release whose migration fails", failedMigration),
  drill("R6", "no room for a release on an app node", fullDisk),
  drill("R7", "an archive that arrives with a wrong sum", wrongSum),
];

/** Faults that these drills do not show. */
export const releasesNotShown: readonly NotShown[] = [
  {
    id: "R7b",
    title: "a download (app.url) with a wrong sum",
    why: "hosts of the local cloud fetch nothing from outside; the host program's tests refuse one",
  },
];
