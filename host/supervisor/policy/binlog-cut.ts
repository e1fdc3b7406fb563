import { includes } from "../core/gtid";
import { isCertified, isInGroup, type NodeState } from "../core/node-state";
import type { FileSystemSizes } from "../observation/disk-space";

/**
 * Least free share of the disk, and free bytes that suffice on any disk, below which the binary log is cut. Above the
 * limits of `disk-space.ts`, so that the log is cut before a role moves.
 */
const min = { share: 0.15, bytes: 6 * 2 ** 30 };

/** Factor on that limit up to which a cut frees space. */
const enough = 1.2;

/** How long a log is kept after its end, milliseconds: usually, and once the disk is so full that roles move. */
const keptMs = { usual: 3_600_000, full: 600_000 };

/** Most logs of one cut. */
const max = 8;

/** A binary log of this node. */
export interface BinaryLog {
  /** Such as `binlog.000012`. */
  name: string;
  bytes: number;
  /** How long MySQL is known to write another log, milliseconds; 0: it writes this one. */
  endedMs: number;
}

/** Something that must have a transaction before the log loses it. */
export interface Holder {
  /** Such as `the archive` or `db-3`. */
  name: string;
  /** Its GTID set; undefined: unknown. */
  has: string | undefined;
}

/** Another database node, and its last answer, however old. */
export interface OtherNode {
  node: string;
  state: NodeState | undefined;
  /** True if that answer is fresh. */
  isFresh: boolean;
}

/** Logs that a cut may take, oldest first, and why it takes no more. */
export interface Candidates {
  logs: BinaryLog[];
  /** Empty: these logs suffice, or they are as many as one cut takes. */
  stop: string;
}

/** Bytes that a cut should free on a file system; 0: enough is free. */
export function bytesToFree({ bavail, blocks, bsize }: FileSystemSizes): number {
  const limit = Math.min(blocks * bsize * min.share, min.bytes);
  const free = bavail * bsize;
  return free < limit ? limit * enough - free : 0;
}

/**
 * True if this node may cut its log: it is ONLINE in a certified group with a majority, or the only node. A node
 * outside of the group may have transactions that no other node has.
 */
export function mayCut(self: NodeState, isGrouped: boolean): boolean {
  if (!self.ready || self.member?.state !== "ONLINE") return false;
  return !isGrouped || (isCertified(self) && self.majority);
}

/**
 * What must have a transaction before the log loses it: the archive, and the other members of the group. A node that
 * does not answer counts too, by its last answer, until the disk is so full that roles move. A node whose transactions
 * were deleted has to clone all data.
 *
 * @param archived GTID set of the archive; undefined: unknown; `null`: there are no backups.
 */
export function holdersOf(
  self: NodeState,
  others: readonly OtherNode[],
  archived: string | undefined | null,
): Holder[] {
  const isMember = ({ state, isFresh }: OtherNode) =>
    isFresh && state?.ready && isInGroup(state) && state.groupId === self.groupId;
  const nodes = self.diskFull ? others.filter(isMember) : others;
  return [
    ...(archived === null ? [] : [{ name: "the archive", has: archived }]),
    ...nodes.map(({ node, state }) => ({ name: node, has: state?.gtid })),
  ];
}

/** The oldest logs that free `wanted` bytes, as far as they ended long enough ago. */
export function candidatesOf(
  logs: readonly BinaryLog[],
  wanted: number,
  isFull: boolean,
): Candidates {
  const kept = isFull ? keptMs.full : keptMs.usual;
  const found: BinaryLog[] = [];
  let bytes = 0;
  for (const log of logs) {
    if (bytes >= wanted || found.length === max) return { logs: found, stop: "" };
    if (log === logs.at(-1)) return { logs: found, stop: "no other log is left" };
    if (log.endedMs < kept) {
      return {
        logs: found,
        stop: `logs are kept for ${kept / 60_000} min after their end, or after the start of the supervisor`,
      };
    }
    found.push(log);
    bytes += log.bytes;
  }
  return { logs: found, stop: "" };
}

/**
 * Number of the candidates, from the oldest, whose transactions all holders have.
 *
 * @param ends for each candidate, the GTID set of all transactions up to its end.
 */
export function dispensable(
  { logs, stop }: Candidates,
  ends: readonly string[],
  holders: readonly Holder[],
): { count: number; stop: string } {
  for (const [count, log] of logs.entries()) {
    const unknown = holders.find(({ has }) => has === undefined);
    if (unknown) return { count, stop: `it is not known what ${unknown.name} has` };
    const lacking = holders.find(({ has }) => !includes(has!, ends[count]!));
    if (lacking) return { count, stop: `${lacking.name} lacks transactions of ${log.name}` };
  }
  return { count: logs.length, stop };
}

/** When each log ended, as far as this program saw it: MySQL does not tell. */
export class LogEnds {
  private readonly atMs = new Map<string, number>();

  /** Takes names and sizes of all logs, oldest first; the last one is written. */
  take(logs: readonly Pick<BinaryLog, "name" | "bytes">[], nowMs: number): BinaryLog[] {
    const names = new Set(logs.map(({ name }) => name));
    for (const name of this.atMs.keys()) if (!names.has(name)) this.atMs.delete(name);
    return logs.map(({ name, bytes }, at) => {
      if (at === logs.length - 1) return { name, bytes, endedMs: 0 };
      const endedAt = this.atMs.get(name) ?? nowMs;
      this.atMs.set(name, endedAt);
      return { name, bytes, endedMs: nowMs - endedAt };
    });
  }
}

/** Report for operators on the binary log of a disk that is short of space. */
export interface BinlogReport {
  /** Such as `binary log cut to 4.1 GB at 2026-11-29T19:00:00Z, since the disk is 86 % full`. */
  text: string;
  /** True if the disk goes on filling. */
  isProblem: boolean;
  /** Line for the journal, at most once an hour. */
  reason: string;
}

function gigabytes(logs: readonly BinaryLog[]): string {
  return `${(logs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e9).toFixed(1)} GB`;
}

function fullness({ bavail, blocks }: FileSystemSizes): string {
  return `${Math.round((1 - bavail / blocks) * 100)} % full`;
}

/** The report on a cut. `left`: the logs after it; `sizes`: those before it. */
export function cutReport(
  left: readonly BinaryLog[],
  sizes: FileSystemSizes,
  now: Date,
): BinlogReport {
  const at = now.toISOString().replace(/\.\d+Z$/, "Z");
  const text = `binary log cut to ${gigabytes(left)} at ${at}, since the disk is ${fullness(sizes)}`;
  return { text, isProblem: false, reason: "cut" };
}

/** The report on a log that is not cut although space is short. `logs`: none if they are unknown. */
export function blockedReport(
  logs: readonly BinaryLog[],
  sizes: FileSystemSizes,
  reason: string,
): BinlogReport {
  const size = logs.length > 0 ? ` (${gigabytes(logs)})` : "";
  const text = `the disk is ${fullness(sizes)}, and the binary log${size} is not cut: ${reason}`;
  return { text, isProblem: true, reason };
}
