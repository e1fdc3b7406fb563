/** Types of events that matter here. https://dev.mysql.com/doc/dev/mysql-server/latest/binlog__event_8h.html */
const type = {
  ...{ query: 2, rotate: 4, format: 15, xid: 16, heartbeat: 27, gtid: 33, anonymous: 34 },
  ...{ previousGtids: 35, xaPrepare: 38, payload: 40, heartbeat2: 41, taggedGtid: 42 },
};
const headerBytes = 19;
const checksumBytes = 4;

/** First bytes of each file of a binary log. */
export const magic = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);

/** A transaction as its first event names it. */
export interface TransactionName {
  /** Such as `3e11fa47-71ca-11e1-9e33-c80aa9429562:23`. */
  gtid: string;
  /** When its first server committed it, microseconds since 1970. */
  committedUs: number;
}

/** What an event is to an archive. */
export type Part =
  | { kind: "format"; bytes: Buffer }
  | { kind: "nothing" }
  | { kind: "first"; bytes: Buffer; name: TransactionName }
  | { kind: "more"; bytes: Buffer; isLast: boolean };

/** Tells from the events of a stream where transactions begin and end; nothing of a row is read. */
export class TransactionReader {
  private state: "between" | "named" | "open" = "between";

  /** False in the middle of a transaction. */
  get isBetween(): boolean {
    return this.state === "between";
  }

  /** @throws Error at an event that has no place in an archive of GTIDs. */
  take(event: Buffer): Part {
    const kind = event[4]!;
    if (kind === type.format) return { kind: "format", bytes: event };
    if (kind === type.gtid) return this.first(event);
    if (kind === type.anonymous || kind === type.taggedGtid) {
      throw new Error("a transaction has no GTID, or one with a tag; such ones are not archived");
    }
    const { rotate, heartbeat, heartbeat2, previousGtids } = type;
    if ([rotate, heartbeat, heartbeat2, previousGtids].includes(kind)) return { kind: "nothing" };
    if (this.state === "between") return { kind: "nothing" };
    const isLast = this.isLast(kind, event);
    this.state = isLast ? "between" : "open";
    return { kind: "more", bytes: event, isLast };
  }

  private first(event: Buffer): Part {
    if (this.state !== "between") throw new Error("a transaction begins before the last one ended");
    this.state = "named";
    return { kind: "first", bytes: event, name: nameOf(event) };
  }

  private isLast(kind: number, event: Buffer): boolean {
    if (kind === type.xid || kind === type.xaPrepare || kind === type.payload) return true;
    if (kind !== type.query) return false;
    const text = queryOf(event);
    if (this.state === "named") return !/^(BEGIN|XA START)\b/.test(text);
    return /^(COMMIT|ROLLBACK)$/.test(text);
  }
}

function nameOf(event: Buffer): TransactionName {
  const hex = event.subarray(headerBytes + 1, headerBytes + 17).toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const number = event.readBigUInt64LE(headerBytes + 17);
  const at = headerBytes + 42;
  // The highest bit says that the time on the first server follows.
  const hasOriginal = (event[at + 6]! & 0x80) !== 0;
  const committedUs = hasOriginal ? microseconds(event, at + 7) : microseconds(event, at);
  return { gtid: `${uuid}:${number}`, committedUs };
}

function microseconds(event: Buffer, at: number): number {
  return event.readUIntLE(at, 6) + (event[at + 6]! & 0x7f) * 2 ** 48;
}

/** The first bytes of a statement; of a long one no more is needed. */
function queryOf(event: Buffer): string {
  const at = headerBytes;
  const databaseBytes = event[at + 8]!;
  const variableBytes = event.readUInt16LE(at + 11);
  const start = at + 13 + variableBytes + databaseBytes + 1;
  const end = event.length - checksumBytes;
  return event.subarray(start, Math.min(end, start + 40)).toString("latin1");
}
