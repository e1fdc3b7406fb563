import { subtract } from "../../../host/archiver/gtid-sets";
import { newestUs, type ReadLink, type Plan } from "../plan";
import { type Target, timeText } from "../target";

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
