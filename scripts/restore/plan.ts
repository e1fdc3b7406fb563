import { timeOf, type Base, type Link } from "../../host/archiver/chain/manifest";
import { subtract, union } from "../../host/archiver/gtid-sets";
import { type Target, timeText } from "./target";

/** A link as read from the bucket, with its fault. */
export interface ReadLink {
  /** Number of the link; for a row of missing links, the number of the first one. */
  number: number;
  /** Undefined if the link is missing or unreadable. */
  link: Link | undefined;
  /** Fault, such as `does not follow link 41`; empty: none. */
  fault: string;
}

/** Base and links for a restore up to a target. */
export interface Plan {
  base: Base;
  /** Links with the segments to replay, in order. */
  links: Link[];
  /** GTID set of transactions before the target that the archive lacks. */
  missing: string;
  /** Faults of the chain up to the target, one line each; empty: none. */
  faults: string[];
  /** Number of encrypted bytes to download. */
  bytes: number;
}

/** A history has no base before the target, or not the transactions of the target. */
export class OutsideError extends Error {}

/**
 * Chooses the newest base from which a restore can reach the target, and the links up to the target.
 *
 * @param links links from the oldest base on, in order; missing links have a fault.
 * @throws OutsideError if no base is before the target, or if the history does not have a transaction of it; Error if the
 *   archive ends before the target.
 */
export function plan(bases: readonly Base[], links: readonly ReadLink[], target: Target): Plan {
  checkKnown(target, bases, links);
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  const reached = target.kind === "gtid" ? reachedBy(links, target.set) : "";
  let newest: Plan | undefined;
  for (const base of newestFirst) {
    if (!isBefore(base, reached, target)) continue;
    if (target.kind === "time" && hasLater(base, links, target.us)) continue;
    const made = planFrom(base, links, target);
    if (made.faults.length === 0) return made;
    newest ??= made;
  }
  if (newest) return newest;
  const known = newestFirst.map(({ id }) => id).join(", ") || "none";
  throw new OutsideError(`no base lies before the target; bases: ${known}`);
}

/**
 * Time of the newest commit in these links, microseconds since 1970; 0: they have no segment.
 * Without `Math.max(...)`: a chain has more links than a call can have arguments.
 */
export function newestUs(links: readonly { link: Link | undefined }[]): number {
  return links.reduce((newest, { link }) => Math.max(newest, link?.segment?.toUs ?? 0), 0);
}

/**
 * True if the base contains no transaction after the target.
 *
 * @param reached GTID set up to a target that is one, see {@link reachedBy}.
 */
function isBefore(base: Base, reached: string, target: Target): boolean {
  if (target.kind === "latest") return true;
  if (target.kind === "gtid") return subtract(base.gtids, reached) === "";
  return isEarlier(base, target.us);
}

function overlaps(set: string, { segment }: Link): boolean {
  return subtract(segment!.gtids, set) !== segment!.gtids;
}

/** True for a base before a time. A base's name is the time of its packing, which is after the clone. */
export function isEarlier({ id }: Base, us: number): boolean {
  return timeOf(id) * 1_000 <= us;
}

/**
 * True if a base has transactions of links that begin after a time, although its name is from before: a node whose
 * clock was behind that of the primary named the base.
 */
function hasLater({ gtids, link: own }: Base, links: readonly ReadLink[], us: number): boolean {
  for (const { number, link } of links) {
    if (number < own || !link?.segment) continue;
    const isPart = overlaps(gtids, link);
    if (isPart && link.segment.fromUs > us) return true;
    // Later links have later transactions alone.
    if (!isPart && number > own) return false;
  }
  return false;
}

/** GTID set that the archive contains up to the link with the last of these transactions. */
function reachedBy(links: readonly ReadLink[], set: string): string {
  const all = links.flatMap(({ link }) => link ?? []);
  const last = all.findLastIndex((link) => link.segment && overlaps(set, link));
  return last < 0 ? set : union(all[last]!.archived, set);
}

function planFrom(base: Base, links: readonly ReadLink[], target: Target): Plan {
  const after = links.filter(({ number }) => number > base.link);
  const chosen: Link[] = [];
  const faults: string[] = [];
  let have = base.gtids;
  let missing = "";
  let isReached = false;
  for (const { number, link, fault } of after) {
    isReached = target.kind === "gtid" && subtract(target.set, have) === "";
    if (isReached) break;
    if (fault !== "") faults.push(`link ${number} ${fault}`);
    if (!link) continue;
    if (link.gap) {
      const gone = subtract(link.gap.missing, have);
      if (gone !== "") faults.push(`link ${number} says that ${gone} was never archived`);
      missing = union(missing, gone);
      continue;
    }
    const { gtids, fromUs, toUs } = link.segment!;
    isReached = target.kind === "time" && fromUs > target.us;
    if (isReached) break;
    if (subtract(gtids, have) === "") continue;
    chosen.push(link);
    have = union(have, gtids);
    // This link contains the first transaction after the target.
    if (target.kind === "time" && toUs > target.us) break;
  }
  const end = isReached ? undefined : after.findLast(({ link }) => link)?.link;
  const last = chosen.at(-1) ?? end;
  // Transactions of the chain up to that link that neither the base nor a chosen segment contains.
  if (last) missing = union(missing, subtract(last.archived, have));
  if (missing !== "" && faults.length === 0) faults.push(`the chain lacks ${missing}`);
  const bytes = base.bytes + chosen.reduce((sum, { segment }) => sum + segment!.bytes, 0);
  return { base, links: chosen, missing, faults, bytes };
}

/** @throws Error if the target is after the end of the archive. */
function checkKnown(target: Target, bases: readonly Base[], links: readonly ReadLink[]): void {
  if (target.kind === "latest") return;
  const last = links.findLast(({ link }) => link)?.link;
  if (target.kind === "gtid") {
    const all = union(last?.archived ?? "", ...bases.map(({ gtids }) => gtids));
    const unknown = subtract(target.set, all);
    if (unknown !== "") throw new OutsideError(`the archive does not have ${unknown}`);
    return;
  }
  const newest = newestUs(links);
  if (newest >= target.us) return;
  throw new Error(
    `the archive ends at ${timeText(newest)}, before ${timeText(target.us)}; use --latest, or wait`,
  );
}
