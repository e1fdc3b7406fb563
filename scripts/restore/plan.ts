import { timeOf } from "../../host/archiver/chain/ids";
import { subtract, union } from "../../host/archiver/gtid-sets";
import type { Base, Link } from "../../host/archiver/chain/manifest";
import { type Target, timeText } from "./target";

/** A link that was read, and what is wrong with it. */
export interface ReadLink {
  /** Of a row of links that are not there it is the first one. */
  number: number;
  /** Undefined: it is not there, or cannot be read. */
  link: Link | undefined;
  /** Such as `does not follow link 41`; empty: nothing. */
  fault: string;
}

/** How a target is reached. */
export interface Plan {
  base: Base;
  /** Links whose segments are replayed, in order. */
  links: Link[];
  /** GTID set of transactions that lie before the target and are not to be had. */
  missing: string;
  /** What is wrong on the way, a line each; empty: nothing. */
  faults: string[];
  /** Sealed bytes that are fetched. */
  bytes: number;
}

/**
 * Chooses the newest base from which the target can be reached, and the links that lead there.
 *
 * @param links links from the oldest base on, in order; those that are not there have a fault.
 * @throws Error if no base lies before the target, or the archive does not reach it.
 */
export function plan(bases: readonly Base[], links: readonly ReadLink[], target: Target): Plan {
  checkKnown(target, bases, links);
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  const usable = newestFirst.filter((base) => isBefore(base, links, target));
  const plans = usable.map((base) => planFrom(base, links, target));
  const whole = plans.find(({ faults }) => faults.length === 0);
  const best = whole ?? plans[0];
  if (!best) {
    const known = newestFirst.map(({ id }) => id).join(", ") || "none";
    throw new Error(`no base lies before the target; bases: ${known}`);
  }
  return best;
}

/** True if the base has nothing that lies behind the target. */
function isBefore(base: Base, links: readonly ReadLink[], target: Target): boolean {
  if (target.kind === "latest") return true;
  if (target.kind === "gtid") return subtract(base.gtids, reachedBy(links, target.set)) === "";
  return isEarlier(base, target.us);
}

function overlaps(set: string, { segment }: Link): boolean {
  return subtract(segment!.gtids, set) !== segment!.gtids;
}

/** A base is named after the time at which it was packed, after the copy was made. */
function isEarlier({ id }: Base, us: number): boolean {
  return timeOf(id) * 1_000 <= us;
}

/** All that is archived up to the link with the last of these transactions. */
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
    // The first transaction from after the target is in it.
    if (target.kind === "time" && toUs > target.us) break;
  }
  const end = isReached ? undefined : after.findLast(({ link }) => link)?.link;
  const last = chosen.at(-1) ?? end;
  // What the chain has up to there, and neither the base nor a chosen segment has.
  if (last) missing = union(missing, subtract(last.archived, have));
  if (missing !== "" && faults.length === 0) faults.push(`the chain lacks ${missing}`);
  const bytes = base.bytes + chosen.reduce((sum, { segment }) => sum + segment!.bytes, 0);
  return { base, links: chosen, missing, faults, bytes };
}

/** @throws Error if the target lies behind the end of the archive. */
function checkKnown(target: Target, bases: readonly Base[], links: readonly ReadLink[]): void {
  if (target.kind === "latest") return;
  const last = links.findLast(({ link }) => link)?.link;
  if (target.kind === "gtid") {
    const all = union(last?.archived ?? "", ...bases.map(({ gtids }) => gtids));
    const unknown = subtract(target.set, all);
    if (unknown !== "") throw new Error(`the archive does not have ${unknown}`);
    return;
  }
  const newest = Math.max(0, ...links.map(({ link }) => link?.segment?.toUs ?? 0));
  if (newest >= target.us) return;
  throw new Error(
    `the archive ends at ${timeText(newest)}, before ${timeText(target.us)}; use --latest, or wait`,
  );
}
