import { parseArgs } from "node:util";
import type { ObjectStore } from "../host/archiver/store/object-store";
import { chosenStack } from "./operate/chosen-stack";
import { isSameSet, subtract } from "../host/archiver/gtid-sets";
import { backupsOf } from "./restore/bucket";
import { operatorStore } from "./restore/operator-store";
import {
  baseToBase,
  compareWith,
  heartbeatLine,
  heartbeatSql,
  inspectAloud,
} from "./restore/check-restored";
import { checkOverwritten } from "./restore/overwritten";
import {
  type Compared,
  momentIn,
  sayFailed,
  sayProved,
  type Window,
  windowOf,
} from "./restore/proof";
import { plan } from "./restore/plan";
import { planLines } from "./restore/report";
import { timeText } from "./restore/target";
import { fromWord } from "./restore/target-access";
import {
  checkIdentity,
  type InContainer,
  openArchive,
  type Opened,
  withRestored,
} from "./restore/with-restored";

const options = {
  window: { type: "string", default: "newest" },
  stack: { type: "string" },
  identity: { type: "string" },
  from: { type: "string" },
  "oldest-versions": { type: "boolean", default: false },
} as const;
const say = (line: string) => console.log(line);

async function prove(opened: Opened, window: Window): Promise<void> {
  const { backups, store, archive, readMs } = opened;
  const begunMs = Date.now();
  const target = momentIn(window);
  const momentUs = target.kind === "time" ? target.us : window.toUs;
  const made = plan(archive.bases, archive.links, target);
  say(
    `moment      ${timeText(momentUs)}, of ${timeText(window.fromUs)} to ${timeText(window.toUs)}`,
  );
  for (const line of planLines(made, archive.timeline, readMs)) say(line);
  if (made.faults.length > 0) throw new Error(`the archive has gaps: ${made.faults.join("; ")}`);
  const compared = await replayBetweenBases(opened);
  const proveMoment = async (running: InContainer) => {
    const { server, restored } = running;
    say(heartbeatLine(await server.query(heartbeatSql), momentUs));
    const tables = await inspectAloud(server, say);
    // The time of the proof includes both restores: the archive was read before the comparison.
    const ms = Date.now() - begunMs;
    const { timeline } = archive;
    const proved = {
      timeline,
      plan: made,
      target,
      restored,
      tables,
      ms,
      endUs: window.toUs,
      compared,
    };
    say(await sayProved(store, backups.root, proved));
    return "remove" as const;
  };
  await withRestored({ backups, store, plan: made, target, say }, proveMoment, async (server) => {
    const tables = await compareWith(made.base, server);
    if (tables !== undefined) say(`unpacked    ${tables} tables have the checksums of their node`);
  });
}

/**
 * Restores the second newest base, replays the log up to exactly the transactions of the newest one, and compares all
 * rows with the checksums that the newest base's node took.
 *
 * @returns the comparison; undefined: none was possible.
 * @throws Error naming the tables that differ.
 */
async function replayBetweenBases({
  backups,
  store,
  archive,
}: Opened): Promise<Compared | undefined> {
  const found = baseToBase(archive);
  if (!found) {
    say("compared    nothing: that needs two bases, the later one with checksums");
    return undefined;
  }
  const { plan: made, later } = found;
  const target = { kind: "gtid", set: later.gtids } as const;
  let compared: Compared | undefined;
  await withRestored({ backups, store, plan: made, target, say }, async ({ server, restored }) => {
    if (isSameSet(restored.gtids, later.gtids)) {
      const tables = (await compareWith(later, server)) ?? 0;
      compared = { from: made.base.id, to: later.id, tables };
      say(
        `compared    ${tables} tables after ${restored.transactions} transactions: as in ${later.id}`,
      );
    } else {
      say(`compared    nothing: the log has ${subtract(restored.gtids, later.gtids)} in between`);
    }
    return "remove";
  });
  return compared;
}

/** If the record of the failure cannot be written, the age of the last proof still shows the failure. */
async function tellFailure(
  store: ObjectStore,
  root: string,
  { message }: Error,
  timeline: string | undefined,
): Promise<void> {
  await sayFailed(store, root, message, timeline).catch((error: Error) => {
    console.error(`the bucket does not know of it: ${error.message}`);
  });
}

/**
 * `npm run db:prove [-- --window newest|all] [--from target|copy] [--oldest-versions] [--stack S]`: restores a random second, and records
 * the result in the bucket from which it restored.
 */
async function main(): Promise<void> {
  const { window, stack, identity, from, ...more } = parseArgs({ options }).values;
  if (window !== "newest" && window !== "all") {
    throw new Error(`--window must be newest or all, got ${JSON.stringify(window)}`);
  }
  const found = backupsOf(chosenStack(stack), identity, fromWord(from));
  const backups = { ...found, oldestVersions: more["oldest-versions"] };
  let timeline: string | undefined;
  try {
    checkIdentity(backups);
    await checkOverwritten(backups, say);
    const opened = await openArchive(backups);
    timeline = opened.archive.timeline;
    await prove(opened, windowOf(opened.archive, window));
  } catch (error) {
    await tellFailure(operatorStore(backups.target), backups.root, error as Error, timeline);
    throw error;
  }
}

main().catch((error: Error) => {
  console.error(`NOT PROVED  ${error.message}`);
  process.exitCode = 1;
});
