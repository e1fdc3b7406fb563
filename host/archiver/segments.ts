import { union } from "./gtid-sets";
import { magic, TransactionReader } from "./replication/events";
import { EncryptedSegment } from "./encryption-pipe";

/** Size after which a segment is closed at the end of a transaction, bytes. */
const maxBytes = 16 * 2 ** 20;
/** Number of GTIDs after which they are merged into a set. */
const joinEvery = 1_000;

/** A closed segment: complete transactions as a binary log file, encrypted. */
export interface Segment {
  encrypted: Buffer;
  plainBytes: number;
  gtids: string;
  first: string;
  last: string;
  fromUs: number;
  toUs: number;
}

interface Open {
  seal: EncryptedSegment;
  gtids: string[];
  first: string;
  last: string;
  fromUs: number;
  toUs: number;
  sinceMs: number;
}

/** Splits an event stream into segments. */
export class Segments {
  private readonly reader = new TransactionReader();
  private format: Buffer | undefined;
  private open: Open | undefined;

  constructor(
    private readonly publicKey: string,
    private readonly monotonicMs: () => number,
    /** Age after which a segment is closed at the end of a transaction, milliseconds. */
    private readonly maxMs: () => number,
  ) {}

  /**
   * Processes an event; returns a segment if the event closes one. @throws Error at an event that cannot
   * be archived.
   */
  async take(event: Buffer): Promise<Segment | undefined> {
    const part = this.reader.take(event);
    if (part.kind === "format") {
      // All events of a segment must have the same format description.
      const isNew = this.format && !sameFormat(this.format, part.bytes);
      const closed = isNew ? await this.close() : undefined;
      this.format = part.bytes;
      return closed;
    }
    if (part.kind === "first") {
      const open = (this.open ??= await this.begin(part.name));
      open.gtids.push(part.name.gtid);
      open.last = part.name.gtid;
      open.fromUs = Math.min(open.fromUs, part.name.committedUs);
      open.toUs = Math.max(open.toUs, part.name.committedUs);
      if (open.gtids.length >= joinEvery) open.gtids = [union(...open.gtids)];
    }
    if (part.kind !== "nothing") await this.open!.seal.add(part.bytes);
    return this.isDue() ? this.close() : undefined;
  }

  /** Discards the open segment. */
  abandon(): void {
    this.open?.seal.abandon();
    this.open = undefined;
  }

  private isDue(): boolean {
    if (!this.open || !this.reader.isBetween) return false;
    const { seal, sinceMs } = this.open;
    return seal.plainBytes >= maxBytes || this.monotonicMs() - sinceMs >= this.maxMs();
  }

  private async begin({ gtid, committedUs }: { gtid: string; committedUs: number }): Promise<Open> {
    if (!this.format) throw new Error("MySQL sent a transaction before a format description event");
    const seal = new EncryptedSegment(this.publicKey);
    await seal.add(Buffer.concat([magic, this.format]));
    const [fromUs, toUs] = [committedUs, committedUs];
    return { seal, gtids: [], first: gtid, last: gtid, fromUs, toUs, sinceMs: this.monotonicMs() };
  }

  private async close(): Promise<Segment | undefined> {
    const open = this.open;
    if (!open) return undefined;
    this.open = undefined;
    const { seal, gtids, first, last, fromUs, toUs } = open;
    const sealed = await seal.end();
    const { plainBytes } = seal;
    return { encrypted: sealed, plainBytes, gtids: union(...gtids), first, last, fromUs, toUs };
  }
}

/** Compares format descriptions without creation time and log position, which differ per file. */
function sameFormat(a: Buffer, b: Buffer): boolean {
  const version = (event: Buffer) => event.subarray(19, 19 + 2 + 50).toString("latin1");
  return version(a) === version(b) && a.length === b.length;
}
