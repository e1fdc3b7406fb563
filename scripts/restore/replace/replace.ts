import { subtract } from "../../../host/archiver/gtid-sets";
import { outputsOf } from "../../operate/operated-stack";
import { inspectAloud } from "../check-restored";
import { newestUs, type Plan, type ReadLink } from "../plan";
import { bytesOf, checkSpace } from "../tables/import-space";
import { runningPrimary } from "../tables/running-primary";
import { type Target, timeText } from "../target";
import type { InContainer } from "../with-restored";
import { inMaintenance, restoreCommand } from "./in-maintenance";
import { dropAll, loadAll } from "./load-all";
import { isOfApp, stampAt } from "./record";
import { HalfReplaced, swap } from "./swap";
import { undoable, undoReplace } from "./undo";

/** Rate at which `npm run backups:trial -- --replace 300000` loaded tables into a group of three on two busy cores, bytes per second. */
const loadRate = 1e6;

/** Number of transactions in a GTID set. */
export function transactionsIn(set: string): number {
  const intervals = set.split(",").flatMap((part) => part.trim().split(":").slice(1));
  return intervals.reduce((sum, interval) => {
    const [first, last = first] = interval.split("-").map(Number);
    return Number.isNaN(first) ? sum : sum + last! - first! + 1;
  }, 0);
}

/**
 * Lines of a plan about what a replacement does to a running stack.
 *
 * @param links all links of the archive.
 */
export function replacePlanLines(
  { base, links: chosen }: Pick<Plan, "base" | "links">,
  links: readonly ReadLink[],
  target: Target,
  stack: string,
): string[] {
  const archivedUs = newestUs(links);
  const endUs = target.kind === "time" ? target.us : newestUs(chosen.map((link) => ({ link })));
  const lost =
    endUs === 0
      ? "everything after the base"
      : `${(Math.max(0, archivedUs - endUs) / 60e6).toFixed(1)} min of writes`;
  const minutes = Math.max(1, Math.ceil(base.plainBytes / loadRate / 60));
  const perGb = Math.ceil(1e9 / loadRate / 60);
  return [
    `replaces    all data of the app in stack ${stack}; the present data is kept in the database as replaced_<time>`,
    `sets aside  ${lost}${archivedUs === 0 ? "" : `, up to the newest archived one of ${timeText(archivedUs)}`}, and all that is written until the replacement`,
    `maintenance about ${minutes} min (${perGb} min for each GB), while the site answers 503`,
  ];
}

/** Line with the transactions of the present database that the restored one lacks. */
export function lostLine(present: string, restored: string): string {
  const lost = subtract(present, restored);
  const count = transactionsIn(lost);
  return count === 0
    ? "sets aside  no transaction: the restored database has all of the present one"
    : `sets aside  ${count} transactions that only the present database has, heartbeats included: ${lost}`;
}

/**
 * Replaces the data of a running stack by a restored database; the site is in maintenance meanwhile.
 *
 * @throws Error if a table is damaged, a node lacks room, or a step fails; the stack then serves its former data, or is
 *   in maintenance if the message says so.
 */
export async function replaceAll(
  { server, restored }: Pick<InContainer, "server" | "restored">,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  await inspectAloud(server, say);
  const running = await runningPrimary(stack);
  const [present = ""] = await running.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
  say(lostLine(present, restored.gtids));
  await checkSpace(outputsOf(stack), await bytesOf(server, ({ schema }) => isOfApp(schema)));
  const stamp = stampAt(new Date());
  const undo = restoreCommand(`--undo-replace ${stamp}`, stack);
  const work = async () => {
    say(`loads all tables on ${running.node}, the primary`);
    const incoming = await loadAll({ copy: server, running, stamp, say });
    say(`exchanges   the data, as ${stamp}; if this command dies from here on:`);
    say(`  ${undo}`);
    await swap({ running, incoming, stamp, say }).catch(async (error: Error) => {
      if (error instanceof HalfReplaced) throw error;
      const loaded = incoming.map((each) => each.loaded);
      await dropAll(running, loaded, say);
      throw error;
    });
    say(`replaced    ${stamp}; the restored data is in place`);
    say(`  ${undo}    # puts the former data back`);
    say(`  ${restoreCommand(`--drop-replaced ${stamp}`, stack)}   # drops it, for good`);
  };
  await inMaintenance({ stack, say, work, done: `the data is replaced (${stamp})` });
}

/** Undoes a replacement, as {@link replaceAll} does it. */
export async function undoAll(
  undone: string,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const running = await runningPrimary(stack);
  await undoable(running, undone);
  const stamp = stampAt(new Date());
  const work = async () => {
    say(`exchanges   the data, as ${stamp}; if this command dies from here on:`);
    say(
      `  ${restoreCommand(`--undo-replace ${stamp}`, stack)}    # or ${undone}, if it is unknown`,
    );
    await undoReplace({ running, undone, stamp, say });
    say(`undone      ${undone}; what was in place until now is kept as ${stamp}`);
  };
  await inMaintenance({ stack, say, work, done: `the replacement of ${undone} is undone` });
}
