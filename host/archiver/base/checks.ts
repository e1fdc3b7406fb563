import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Mysql } from "../../supervisor/mysql";
import { type FileSystemSizes, ampleBytes } from "../../supervisor/observation/disk-space";
import { originText, readOrigin } from "../origin";
import type { Status } from "../status";
import { subtract } from "../gtid-sets";

const stateSql =
  "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid";

/**
 * Checks that this MySQL is an ONLINE member of its group. Another MySQL may have lost its data in an interrupted
 * clone, or have transactions that the group lacks.
 *
 * @throws Error if it is no such member, or does not answer.
 */
export async function checkMember(mysql: Mysql): Promise<void> {
  const [row] = await mysql.query(stateSql, 10_000);
  const state = row?.[0] || "OFFLINE";
  if (state === "ONLINE") return;
  throw new Error(
    `MySQL of this node is ${state} in its group, and a base is taken of an ONLINE member alone`,
  );
}

/**
 * Checks that a copy is of the data that the archiver named when the copy began. A group may have been founded
 * meanwhile, and a base of the new group in the history of the earlier one would mix two histories.
 *
 * @throws Error if the copy is of other data.
 */
export async function checkOrigin(copy: Mysql, { origin }: Pick<Status, "origin">): Promise<void> {
  const found = await readOrigin(copy);
  const text = found ? originText(found) : "no database that is archived";
  if (text === origin) return;
  throw new Error(
    `the copy is of ${text}, and its base was to be of ${origin}: a group was founded meanwhile; the archiver asks for a base again`,
  );
}

/** Free space that a copy and a dump leave, as a multiple of the data. */
const leftFactor = 0.3;

type Statfs = (path: string) => FileSystemSizes;

/** Size of MySQL's data without binary and relay logs, bytes. */
export function dataBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/(^|\/)(binlog|relay|.*-relay-bin)[^/]*\.(\d+|index)$/.test(name))
    .reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.blocks * 512 : 0;
}

/** Free bytes that a copy or a dump of `bytes` of data leaves; with less, the supervisor could take the member out of the group. */
function leftBytes(bytes: number, sizes: FileSystemSizes): [left: number, reason: string] {
  const [ofData, ofDisk] = [Math.ceil(bytes * leftFactor), ampleBytes(sizes)];
  return ofData >= ofDisk
    ? [ofData, `${leftFactor} times the data`]
    : [ofDisk, "with which the disk is not nearly full"];
}

/** @throws Error if the disk of `folder` has less free space than a dump of a database of `bytes` must leave. */
export function checkDumpSpace(folder: string, bytes: number, statfs: Statfs = statfsSync): void {
  const sizes = statfs(folder);
  const [needed, reason] = leftBytes(bytes, sizes);
  const free = sizes.bavail * sizes.bsize;
  if (free >= needed) return;
  throw new Error(
    `a dump must leave ${needed} bytes free on the disk of ${folder} (${reason}), got ${free}; free space, or use a larger disk`,
  );
}

/** @throws Error if the disk of `folder` has too little free space for a copy of `bytes`. */
export function checkFreeSpace(folder: string, bytes: number, statfs: Statfs = statfsSync): void {
  const sizes = statfs(folder);
  const [left, reason] = leftBytes(bytes, sizes);
  const [free, needed] = [sizes.bavail * sizes.bsize, bytes + left];
  if (free >= needed) return;
  throw new Error(
    `a base needs ${needed} bytes free on the disk of ${folder} (${bytes} for the copy, and ${left} that stay free: ${reason}), got ${free}; free space, or use a larger disk`,
  );
}

/** The end of the archive that a base follows. */
export type ArchiveEnd = Pick<Status, "knowsEnd" | "link" | "archived">;

/** Waits for the archiver and for MySQL: pause between two looks, milliseconds, and number of looks. */
const usualLooks = { pauseMs: 2_000, count: 60 };

/**
 * Why no base may follow that end; empty: no reason. A base is restored with the links after its own alone, so it must
 * contain all transactions of the links up to it.
 *
 * @param gtids GTID set of the data.
 */
function objection({ knowsEnd, link, archived }: ArchiveEnd, gtids: string): string {
  if (!knowsEnd) return "the archiver of this node has not read the end of the archive yet";
  const lacking = subtract(archived, gtids);
  return lacking === ""
    ? ""
    : `the data of this node lacks ${lacking}, which link ${link} or one before it has`;
}

/**
 * Waits up to two minutes until this node knows the end of the archive, and its MySQL has everything archived: a node
 * that takes over the archive may begin before either. Returns the status.
 *
 * @throws Error with the reason why no base can be taken now.
 */
export async function awaitEnd<S extends ArchiveEnd>(
  status: () => S,
  executed: () => Promise<string>,
  looks: { pauseMs: number; count: number } = usualLooks,
): Promise<S> {
  for (let look = 1; ; look += 1) {
    const found = status();
    const reason = objection(found, await executed());
    if (reason === "") return found;
    if (look >= looks.count) throw new Error(`${reason}; the archiver asks for a base again`);
    await delay(looks.pauseMs);
  }
}

/** @throws Error if a copy lacks transactions of the links that its base is to follow. */
export function checkFollows(end: ArchiveEnd, gtids: string): void {
  const reason = objection(end, gtids);
  if (reason !== "") throw new Error(`${reason}; the archiver asks for a base again`);
}
