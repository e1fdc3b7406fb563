import { readLineage } from "../supervisor/actions/lineage-table";
import type { Lineage } from "../supervisor/core/ancestor";
import { includes } from "../supervisor/core/gtid";
import type { Mysql } from "../supervisor/mysql";
import { timelineOf } from "./heartbeat";

/** Where the transactions of a MySQL come from. GTIDs alone do not tell: a later group may use them again. */
export interface Origin {
  /** Id of the database, from `webstack_archive.timeline`. */
  database: string;
  /** The groups that the data was in. A founder writes its group here before that group serves. */
  lineage: Lineage;
}

/** Reads where the data comes from; undefined: the primary has not written the id of the database yet. */
export async function readOrigin(mysql: Mysql): Promise<Origin | undefined> {
  const database = await timelineOf(mysql);
  return database === undefined ? undefined : { database, lineage: await readLineage(mysql) };
}

/** Name of the group that the data was in last, such as `7@db-1`; empty: none. */
export function groupOf({ lineage }: Origin): string {
  return lineage.at(-1)?.epoch ?? "";
}

/** An origin in one line, to compare two of them. */
export function originText(origin: Origin): string {
  return `${origin.database} ${groupOf(origin)}`;
}

/** What a history in the store ends with. */
export interface Archived {
  /** Group whose transactions it ends with; empty: none. Undefined: written by a version that did not record it. */
  group: string | undefined;
  /** GTID set of everything archived. */
  archived: string;
}

/**
 * Position in the lineage of the group with which a history ends, if data of that lineage continues the
 * history; -1: before the first group that is known. Undefined: the data does not continue it.
 *
 * Data continues a history if the history ends with a group that the data was in, and if each later group was
 * founded with everything that is archived. An operator's override founds a group whatever is lost, and numbers
 * that were given since then prove nothing: it always ends a history.
 */
export function continuedAt(
  { lineage }: Pick<Origin, "lineage">,
  { group, archived }: Archived,
): number | undefined {
  const at = group ? lineage.findLastIndex(({ epoch }) => epoch === group) : -1;
  if (group && at < 0) return undefined;
  const later = lineage.slice(at + 1);
  if (group === undefined && archived === "") return -1;
  if (later.some(({ override }) => override)) return undefined;
  const isKept = later.every(({ founding }) => includes(founding, archived));
  return isKept || group === undefined ? at : undefined;
}
