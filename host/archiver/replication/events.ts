/** Event types that are handled. https://dev.mysql.com/doc/dev/mysql-server/latest/binlog__event_8h.html */
const type = {
  ...{ query: 2, rotate: 4, format: 15, xid: 16, heartbeat: 27, gtid: 33, anonymous: 34 },
  ...{ previousGtids: 35, xaPrepare: 38, payload: 40, heartbeat2: 41, taggedGtid: 42 },
};
const headerBytes = 19;
const checksumBytes = 4;

/** First bytes of every binary log file. */
export const magic = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);

/** Identity of a transaction, from its GTID event. */
export interface TransactionId {
  /** GTID, such as `3e11fa47-71ca-11e1-9e33-c80aa9429562:23`. */
  gtid: string;
  /** Time of the original commit, microseconds since 1970. */
  committedUs: number;
}

/** Meaning of an event for the archive. */
export type EventPart =
  | { kind: "format"; bytes: Buffer }
  | { kind: "nothing" }
  | { kind: "first"; bytes: Buffer; name: TransactionId }
  | { kind: "more"; bytes: Buffer; isLast: boolean };

/** Finds the begin and end of each transaction in an event stream; rows are not read. */
export class TransactionReader {
  private state: "between" | "named" | "open" = "between";

  /** False inside a transaction. */
  get isBetween(): boolean {
    return this.state === "between";
  }

  /** Processes an event. @throws Error at an event that an archive with GTIDs cannot contain. */
  take(event: Buffer): EventPart {
    const kind = event[4]!;
    if (kind === type.format) return { kind: "format", bytes: event };
    if (kind === type.gtid) return this.first(event);
    if (kind === type.anonymous || kind === type.taggedGtid) {
      throw new Error("a transaction has no GTID or a tagged GTID, which cannot be archived");
    }
    const { rotate, heartbeat, heartbeat2, previousGtids } = type;
    if ([rotate, heartbeat, heartbeat2, previousGtids].includes(kind)) return { kind: "nothing" };
    if (this.state === "between") return { kind: "nothing" };
    const isLast = this.isLast(kind, event);
    this.state = isLast ? "between" : "open";
    return { kind: "more", bytes: event, isLast };
  }

  private first(event: Buffer): EventPart {
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

function nameOf(event: Buffer): TransactionId {
  const hex = event.subarray(headerBytes + 1, headerBytes + 17).toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const number = event.readBigUInt64LE(headerBytes + 17);
  const at = headerBytes + 42;
  // The highest bit tells that the original commit time follows.
  const hasOriginal = (event[at + 6]! & 0x80) !== 0;
  const committedUs = hasOriginal ? microseconds(event, at + 7) : microseconds(event, at);
  return { gtid: `${uuid}:${number}`, committedUs };
}

function microseconds(event: Buffer, at: number): number {
  return event.readUIntLE(at, 6) + (event[at + 6]! & 0x7f) * 2 ** 48;
}

/** The first 40 bytes of a statement, which suffice. */
function queryOf(event: Buffer): string {
  const at = headerBytes;
  const databaseBytes = event[at + 8]!;
  const variableBytes = event.readUInt16LE(at + 11);
  const start = at + 13 + variableBytes + databaseBytes + 1;
  const end = event.length - checksumBytes;
  return event.subarray(start, Math.min(end, start + 40)).toString("latin1");
}
