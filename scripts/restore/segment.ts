import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { open } from "node:fs/promises";
import { encodeGtidSet, subtract, union } from "../../host/archiver/gtid-sets";
import { magic, TransactionReader } from "../../host/archiver/replication/events";
import type { Target } from "./target";

/** Part of a binary log file up to a target. */
export interface Cut {
  /** Number of bytes to keep. */
  bytes: number;
  /** Number of bytes up to the end of the format description. */
  formatEnd: number;
  gtids: string;
  count: number;
  /** Commit time of the last transaction, microseconds since 1970; 0: no transaction. */
  lastUs: number;
}

/**
 * Finds the end of the last transaction before the target.
 *
 * @param file path of a binary log file, of any size.
 * @param have GTID set of the transactions before the file.
 * @throws Error if the file is not a log of complete transactions.
 */
export async function cutAt(file: string, target: Target, have: string): Promise<Cut> {
  const reader = new TransactionReader();
  let cut: Cut = { bytes: magic.length, formatEnd: 0, gtids: "", count: 0, lastUs: 0 };
  let wanted = target.kind === "gtid" ? subtract(target.set, have) : "";
  const gtids: string[] = [];
  let name: { gtid: string; committedUs: number } | undefined;
  let isReached = false;
  for await (const { end, head } of eventsIn(file)) {
    const part = reader.take(head);
    if (part.kind === "first") {
      if (target.kind === "time") isReached = part.name.committedUs > target.us;
      if (target.kind === "gtid") isReached = wanted === "";
      if (isReached) break;
      name = part.name;
    }
    if (part.kind === "format") cut = { ...cut, bytes: end, formatEnd: cut.formatEnd || end };
    if (part.kind !== "more" || !part.isLast || !name) continue;
    gtids.push(name.gtid);
    if (wanted !== "") wanted = subtract(wanted, name.gtid);
    const lastUs = Math.max(cut.lastUs, name.committedUs);
    cut = { ...cut, bytes: end, count: gtids.length, lastUs };
  }
  if (!isReached && !reader.isBetween) throw new Error("the segment ends in a transaction");
  if (cut.formatEnd === 0) throw new Error("the segment has no format description");
  return { ...cut, gtids: union(gtids.join(",")) };
}

const previousGtids = 35;

/**
 * The event after the format description of a relay log, which lists the transactions of earlier files. MySQL refuses
 * a file without this event (error 1866, tried with 9.7).
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Previous__gtids__event.html
 *
 * @param formatEnd position of the event.
 * @param earlier GTID set of the earlier files.
 */
export function earlierEvent(formatEnd: number, earlier: string): Buffer {
  const body = encodeGtidSet(earlier);
  const size = eventHeaderBytes + body.length + 4;
  const header = Buffer.alloc(eventHeaderBytes);
  header[4] = previousGtids;
  header.writeUInt32LE(size, 9);
  header.writeUInt32LE(formatEnd + size, 13);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(Buffer.concat([header, body])));
  return Buffer.concat([header, body, sum]);
}

/** Writes the part of a segment up to a target as a relay log, in pieces: a segment may have more than 2 GiB. */
export async function writeRelayLog(
  path: string,
  segment: string,
  { bytes, formatEnd }: Pick<Cut, "bytes" | "formatEnd">,
  earlier: string,
): Promise<void> {
  const content = async function* () {
    yield* createReadStream(segment, { end: formatEnd - 1 }) as AsyncIterable<Buffer>;
    yield earlierEvent(formatEnd, earlier);
    if (bytes === formatEnd) return;
    const rest = { start: formatEnd, end: bytes - 1, highWaterMark: 2 ** 20 };
    yield* createReadStream(segment, rest) as AsyncIterable<Buffer>;
  };
  await pipeline(content, createWriteStream(path));
}

/** Size of the header of each event, bytes. */
const eventHeaderBytes = 19;

/** Size of the pieces in which a file is read, bytes. */
const pieceBytes = 4 * 2 ** 20;

/**
 * Largest part of an event that is read, bytes. The begin of a statement is after at most 64 KiB of variables and 256
 * bytes of the schema's name; other events that are looked into are shorter.
 */
const maxHeadBytes = 128 * 2 ** 10;

/** An event of a binary log file. */
export interface LogEvent {
  /** Position after the event. */
  end: number;
  /** The event, or its first 128 KiB; valid until the next event is read. */
  head: Buffer;
}

/** Reads the events of a binary log file of any size in pieces. @throws Error if the file is not a whole log. */
async function* eventsIn(path: string): AsyncGenerator<LogEvent> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const piece = Buffer.alloc(pieceBytes);
    let [from, held] = [0, 0];
    const at = async (position: number, bytes: number): Promise<Buffer> => {
      if (position < from || position + bytes > from + held) {
        [from, held] = [position, 0];
        for (let got = -1; got !== 0 && held < piece.length; held += got) {
          got = (await file.read(piece, held, piece.length - held, from + held)).bytesRead;
        }
      }
      return piece.subarray(position - from, Math.min(position - from + bytes, held));
    };
    if (!(await at(0, magic.length)).equals(magic)) throw new Error("the segment is no binary log");
    for (let position = magic.length; position < size;) {
      const header = await at(position, eventHeaderBytes);
      const bytes = header.length < eventHeaderBytes ? 0 : header.readUInt32LE(9);
      const end = position + bytes;
      if (bytes < eventHeaderBytes || end > size) throw new Error("the segment ends in an event");
      yield { end, head: await at(position, Math.min(bytes, maxHeadBytes)) };
      position = end;
    }
  } finally {
    await file.close();
  }
}
