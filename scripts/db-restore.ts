import { localStackName } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { outputsOf } from "./operate/operated-stack";
import {
  type RestoreOptions,
  parseCommandLine,
  checkConsent,
  type EarlierReplacement,
  earlierReplacementOf,
} from "./restore/command-line";
import { backupsOf } from "./restore/bucket";
import { outsideHint } from "./restore/choose-history";
import { readingStore } from "./restore/operator-store";
import { dumpLines, findDump } from "./restore/dumps";
import { inspectAloud } from "./restore/check-restored";
import { isProof, sayProved } from "./restore/proof";
import { replaceAll, replacePlanLines, undoAll } from "./restore/replace/replace";
import { stampAt } from "./restore/replace/record";
import { dropReplaced } from "./restore/replace/undo";
import { overwrittenHint } from "./restore/versioned-bucket";
import { readFor } from "./restore/read-for";
import { planLines } from "./restore/report";
import { importChecked } from "./restore/tables/import-space";
import { runningPrimary } from "./restore/tables/running-primary";
import {
  checkIdentity,
  openHistory,
  type InContainer,
  type Wanted,
  withDump,
  withRestored,
} from "./restore/with-restored";

const say = (line: string) => console.log(line);

/** A restore of a history. */
interface OfHistory extends Wanted {
  timeline: string;
}

/** Checks all tables, and records a proof if the restore is one. */
async function drill(
  running: InContainer,
  { history }: Pick<RestoreOptions, "history">,
  { timeline, plan, target, store, backups }: OfHistory,
): Promise<void> {
  const { server, restored, ms } = running;
  const tables = await inspectAloud(server, say);
  if (!isProof({ plan, target, history })) return;
  say(
    await sayProved(store, backups.root, {
      timeline,
      plan,
      target,
      restored,
      tables,
      ms,
      endUs: restored.lastUs,
    }),
  );
}

function sayKept({ container, folder }: Pick<InContainer, "container" | "folder">): void {
  const id = container.slice(0, 12);
  const socket = "--socket=/restore/mysqld.sock";
  say(`It runs in container ${id}, which nobody reaches but you:`);
  say(`  docker exec -it ${id} mysql ${socket}`);
  say(`  docker exec ${id} mysqldump ${socket} app > app.sql`);
  say(`  docker rm --force ${id} && sudo rm -r ${folder}    # when it is not needed any more`);
}

/** Restores a dump, checks all tables, and keeps the container with `--into new`. */
async function restoreDump(options: RestoreOptions, id: string): Promise<void> {
  const { stack, identity, from, history, planOnly, use, oldestVersions } = options;
  const backups = backupsOf(stack, identity, from);
  if (!planOnly) checkIdentity(backups);
  const store = readingStore(backups.target, oldestVersions);
  const found = await findDump(store, backups.root, { id, history });
  for (const line of dumpLines(found)) say(line);
  if (planOnly) return;
  await withDump({ backups, store, dump: found.dump, say }, async (running) => {
    await inspectAloud(running.server, say);
    if (use.into === "new") sayKept(running);
    return use.into === "new" ? "keep" : "remove";
  });
}

async function restore(options: RestoreOptions, wanted: OfHistory): Promise<void> {
  const { use, stack } = options;
  if (use.into === "replace") {
    await withRestored(wanted, async (running) => {
      await replaceAll(running, stack, say);
      return "remove";
    });
    return;
  }
  if (use.into !== "running") {
    await withRestored(wanted, async (running) => {
      await drill(running, options, wanted);
      if (use.into === "new") sayKept(running);
      return use.into === "new" ? "keep" : "remove";
    });
    return;
  }
  const primary = await runningPrimary(stack);
  await withRestored(wanted, async ({ server }) => {
    say(`brings tables to ${primary.node}, the primary`);
    const { tables, replace } = use;
    const stamp = stampAt(new Date());
    const to = { copy: server, running: primary, wanted: tables, stamp, replace, say };
    await importChecked(outputsOf(stack), to);
    return "remove";
  });
}

async function former({ work, stamp, stack: named }: EarlierReplacement): Promise<void> {
  const stack = chosenStack(named, { dangerous: "npm run db:restore" });
  if (work === "undo") return undoAll(stamp, stack, say);
  await dropReplaced(await runningPrimary(stack), stamp, say);
}

/**
 * `npm run db:restore -- --to TIME | --to-gtid SET | --latest | --dump [ID] [--into drill|new|replace]
 * [--tables app.entry [--replace]] [--from target|copy] [--oldest-versions] [--stack S]`.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const replacement = earlierReplacementOf(args);
  if (replacement) return former(replacement);
  const named = parseCommandLine(args);
  const { target, history, withGaps, planOnly, use } = named;
  const changes = (use.into === "running" || use.into === "replace") && !planOnly;
  const stack = chosenStack(named.stack, changes ? { dangerous: "npm run db:restore" } : {});
  const options = { ...named, stack };
  if (target.kind === "dump") return restoreDump(options, target.id);
  const { identity, from, oldestVersions } = options;
  const backups = { ...backupsOf(stack, identity, from), oldestVersions };
  if (!planOnly) checkIdentity(backups);
  const { store, timeline, earlier } = await openHistory(backups, history);
  const startMs = Date.now();
  const reading = readFor(store, backups.root, timeline, target);
  const {
    plan: made,
    archive,
    damaged,
  } = await reading.catch((error: Error) => {
    error.message += outsideHint(error, timeline, earlier);
    throw error;
  });
  for (const line of damaged) say(`left out    ${line}`);
  for (const line of planLines(made, timeline, Date.now() - startMs)) say(line);
  if (options.use.into === "replace") {
    const name = options.stack ?? localStackName;
    for (const line of replacePlanLines(made, archive.links, target, name)) say(line);
  }
  if (made.faults.length > 0 && !withGaps) {
    throw new Error(
      `the archive has gaps before the target; add --with-gaps to restore without the missing transactions. ${overwrittenHint}`,
    );
  }
  if (planOnly) return;
  if (options.use.into === "replace")
    checkConsent(options.consent, options.stack, "--into replace");
  await restore(options, { timeline, backups, store, plan: made, target, say });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
