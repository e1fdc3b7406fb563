import type { Retention } from "../../config/backups-schema";
import { timeOf, type Base } from "../../host/archiver/chain/manifest";
import { subtract, union } from "../../host/archiver/gtid-sets";
import { plan, type ReadLink } from "../restore/plan";

const dayMs = 86_400_000;
/** Age from which parts without a base or a dump belong to an interrupted upload, milliseconds. */
const leftoverMs = 2 * dayMs;

/** Objects of a history in the bucket. Keys are without the prefix that all keys of the stack share. */
export interface Found {
  bases: readonly Base[];
  /** Links from the oldest base on. */
  links: readonly ReadLink[];
  /** Numbers of all links. */
  linkNumbers: readonly number[];
  /** Keys of segments with the number of their link. */
  data: readonly { key: string; number: number }[];
  /** Keys of parts with the ids of their bases. */
  parts: readonly { key: string; base: string }[];
  /** Ids of dumps. */
  dumps: readonly string[];
  /** Keys of the objects of dumps, with the ids of their dumps. */
  dumpParts: readonly { key: string; dump: string }[];
}

/** Plan of a deletion. */
export interface Pruning {
  /** Why nothing may be deleted; empty: no objection. */
  refused: string;
  /** Bases that are kept and why, oldest first. */
  keep: { id: string; why: string[]; reachesEnd: boolean }[];
  /** Ids of bases to delete. */
  bases: string[];
  /** Links up to this number are deleted, with their segments. */
  throughLink: number;
  /** Numbers of links to delete, ascending. */
  links: number[];
  /** Keys of segments and parts to delete. */
  data: string[];
  parts: string[];
  /** Dumps that are kept and why, oldest first. */
  keepDumps: { id: string; why: string[] }[];
  /** Ids of dumps to delete, and the keys of their objects. */
  dumps: string[];
  dumpParts: string[];
}

/**
 * Plans the deletions of a history. Days are counted back from its newest transaction, so that a history that has
 * ended, or a wrong clock, causes no deletion.
 *
 * The newest base is kept. The newest base from before the days of the log that lacks nothing of the links up to its own
 * is kept with every later link: a restore
 * from that base, or from a later one, can reach any moment up to the end. An older kept base can be restored to its
 * own moment alone. The last dump of each week and month is kept by the same rule as bases, so the newest dump is
 * always kept.
 */
export function pruning(found: Found, retention: Retention, nowMs: number): Pruning {
  const bases = [...found.bases].sort((a, b) => (a.id < b.id ? -1 : 1));
  const [oldest, newest] = [bases[0], bases.at(-1)];
  const noDumps = { keepDumps: [], dumps: [], dumpParts: [] };
  const nothing = {
    keep: [],
    bases: [],
    throughLink: 0,
    links: [],
    data: [],
    parts: [],
    ...noDumps,
  };
  if (!oldest || !newest) return { ...nothing, refused: "there is no base" };
  const endMs = Math.min(nowMs, endOf(found, newest));
  const startMs = endMs - retention.logDays * dayMs;
  const anchor = anchorOf(found, bases, startMs) ?? oldest;
  const reaching = bases.filter(({ id }) => id >= anchor.id);
  const throughLink = Math.min(...reaching.map(({ link }) => link));
  const why = retainedByAge(
    bases.map(({ id }) => id),
    retention,
  );
  for (const [id, reason] of [[anchor.id, "log"] as const, [newest.id, "newest"] as const]) {
    why.set(id, [...(why.get(id) ?? []), reason]);
  }
  const keep = bases
    .filter(({ id }) => why.has(id))
    .map(({ id }) => ({ id, why: why.get(id)!, reachesEnd: id >= anchor.id }));
  const refused = faultOf(found, { newest, anchor, throughLink });
  if (refused !== "") return { ...nothing, keep, refused };
  const gone = new Set(bases.filter(({ id }) => !why.has(id)).map(({ id }) => id));
  const known = new Set(bases.map(({ id }) => id));
  const isLeftover = (id: string) => !known.has(id) && timeOf(id) < endMs - leftoverMs;
  return {
    ...{ refused, keep, throughLink },
    bases: [...gone],
    links: found.linkNumbers.filter((number) => number <= throughLink).sort((a, b) => a - b),
    data: found.data.filter(({ number }) => number <= throughLink).map(({ key }) => key),
    parts: found.parts
      .filter(({ base }) => gone.has(base) || isLeftover(base))
      .map(({ key }) => key),
    ...dumpsOf(found, retention, endMs),
  };
}

function dumpsOf(
  { dumps, dumpParts }: Found,
  retention: Retention,
  endMs: number,
): Pick<Pruning, "keepDumps" | "dumps" | "dumpParts"> {
  const why = retainedByAge(dumps, { ...retention, daily: 0 });
  const known = new Set(dumps);
  const isGone = (id: string) => (known.has(id) ? !why.has(id) : timeOf(id) < endMs - leftoverMs);
  return {
    keepDumps: [...why.keys()].sort().map((id) => ({ id, why: why.get(id)! })),
    dumps: [...dumps].filter(isGone).sort(),
    dumpParts: dumpParts.filter(({ dump }) => isGone(dump)).map(({ key }) => key),
  };
}

/** The newest base from before the days of the log that contains what the links up to its own have, or else the newest. */
function anchorOf({ links }: Found, bases: readonly Base[], startMs: number): Base | undefined {
  const before = bases.filter(({ id }) => timeOf(id) <= startMs);
  return before.findLast((base) => lackOf(base, links) === "") ?? before.at(-1);
}

/**
 * GTID set of the transactions that the links up to a base's own have and the base lacks; empty: none. Such a base is
 * restored with those links alone, which would be deleted before it.
 */
function lackOf({ link: last, gtids }: Base, links: readonly ReadLink[]): string {
  const own = links.find(({ number }) => number === last)?.link;
  if (own) return subtract(own.archived, gtids);
  const next = links.find(({ number }) => number === last + 1)?.link;
  return next?.segment ? subtract(next.archived, union(gtids, next.segment.gtids)) : "";
}

/** Time of the newest archived object, milliseconds since 1970. */
function endOf({ links }: Found, newest: Base): number {
  const times = links.map(({ link }) => link?.segment?.toUs ?? 0);
  return times.reduce((a, b) => Math.max(a, b), timeOf(newest.id) * 1_000) / 1_000;
}

/** Faults of the objects that would remain; empty: none. */
function faultOf(
  { links, data, parts }: Found,
  { newest, anchor, throughLink }: { newest: Base; anchor: Base; throughLink: number },
): string {
  const left = links.filter(({ number }) => number > throughLink);
  const broken = left.find(({ fault }) => fault !== "");
  if (broken) return `link ${broken.number} ${broken.fault}`;
  const keys = new Set([...data, ...parts].map(({ key }) => key));
  const bare = left.find(({ link }) => link?.segment && !keys.has(link.segment.key));
  if (bare) return `the segment of link ${bare.number} is not there`;
  for (const { id, parts: wanted } of [anchor, newest]) {
    const lost = wanted.find(({ key }) => !keys.has(key));
    if (lost) return `${lost.key} of base ${id} is not there`;
  }
  const lack = lackOf(anchor, links);
  if (lack !== "") return `base ${anchor.id} lacks ${lack}, which only links before it have`;
  return plan([newest], links, { kind: "latest" }).faults[0] ?? "";
}

/** Number of the day, of the week from Monday on, and of the month in which a time lies, in UTC. */
const periods = {
  daily: (ms: number) => Math.floor(ms / 86_400_000),
  // The first day of 1970 was a Thursday.
  weekly: (ms: number) => Math.floor((ms / 86_400_000 + 3) / 7),
  monthly: (ms: number) => {
    const date = new Date(ms);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  },
} as const;

/**
 * Chooses the bases or dumps to keep by their age: the last one of each of the last days, weeks and months that have
 * one.
 *
 * @returns the reason for each kept one, by id.
 */
export function retainedByAge(
  ids: readonly string[],
  retention: Pick<Retention, "daily" | "weekly" | "monthly">,
): Map<string, string[]> {
  const kept = new Map<string, string[]>();
  const newestFirst = [...ids].sort().reverse();
  for (const kind of ["daily", "weekly", "monthly"] as const) {
    const last = new Map<number, string>();
    for (const id of newestFirst) {
      const period = periods[kind](timeOf(id));
      if (!last.has(period)) last.set(period, id);
    }
    for (const id of [...last.values()].slice(0, retention[kind])) {
      kept.set(id, [...(kept.get(id) ?? []), kind]);
    }
  }
  return kept;
}
