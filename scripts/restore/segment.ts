import { crc32 } from "node:zlib";
import { encodeGtidSet, subtract, union } from "../../host/archiver/gtid-sets";
import { magic, TransactionReader } from "../../host/archiver/replication/events";
import type { Target } from "./target";

/** Part of a binary log file up to a target. */
export interface Cut {
  /** Number of bytes to keep. */
  bytes: number;
  gtids: string;
  count: number;
  /** Commit time of the last transaction, microseconds since 1970; 0: no transaction. */
  lastUs: number;
}

/**
 * Finds the end of the last transaction before the target.
 *
 * @param have GTID set of the transactions before the file.
 * @throws Error if the file is not a log of complete transactions.
 */
export function cutAt(file: Buffer, target: Target, have: string): Cut {
  if (!file.subarray(0, 4).equals(magic)) throw new Error("the segment is no binary log");
  const reader = new TransactionReader();
  let at = magic.length;
  let cut: Cut = { bytes: at, gtids: "", count: 0, lastUs: 0 };
  let wanted = target.kind === "gtid" ? subtract(target.set, have) : "";
  const gtids: string[] = [];
  let name: { gtid: string; committedUs: number } | undefined;
  while (at < file.length) {
    const event = file.subarray(at, at + file.readUInt32LE(at + 9));
    const part = reader.take(event);
    if (part.kind === "first") {
      if (target.kind === "time" && part.name.committedUs > target.us) break;
      if (target.kind === "gtid" && wanted === "") break;
      name = part.name;
    }
    at += event.length;
    if (part.kind === "format") cut = { ...cut, bytes: at };
    if (part.kind !== "more" || !part.isLast || !name) continue;
    gtids.push(name.gtid);
    if (wanted !== "") wanted = subtract(wanted, name.gtid);
    cut = {
      bytes: at,
      gtids: "",
      count: gtids.length,
      lastUs: Math.max(cut.lastUs, name.committedUs),
    };
  }
  if (at >= file.length && !reader.isBetween) throw new Error("the segment ends in a transaction");
  return { ...cut, gtids: union(gtids.join(",")) };
}

const headerBytes = 19;
const previousGtids = 35;

/**
 * Converts a segment to a relay log: the event after the format description lists the transactions of
 * earlier files. MySQL refuses a file without this event (error 1866, tried with 9.7).
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Previous__gtids__event.html
 *
 * @param earlier GTID set of the earlier files.
 */
export function relayLog(segment: Buffer, earlier: string): Buffer {
  const formatEnd = magic.length + segment.readUInt32LE(magic.length + 9);
  const body = encodeGtidSet(earlier);
  const size = headerBytes + body.length + 4;
  const header = Buffer.alloc(headerBytes);
  header[4] = previousGtids;
  header.writeUInt32LE(size, 9);
  header.writeUInt32LE(formatEnd + size, 13);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(Buffer.concat([header, body])));
  return Buffer.concat([
    segment.subarray(0, formatEnd),
    header,
    body,
    sum,
    segment.subarray(formatEnd),
  ]);
}
