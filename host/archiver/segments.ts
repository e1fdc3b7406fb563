import { union } from "./gtid-sets";
import { magic, TransactionReader } from "./replication/events";
import { SealedSegment } from "./seal";

/** A segment is closed with so many bytes at the latest, at the end of a transaction. */
const mostBytes = 16 * 2 ** 20;
/** GTIDs are joined into a set after so many. */
const joinEvery = 1_000;

/** A closed segment: whole transactions as a file of a binary log, sealed. */
export interface Segment {
  sealed: Buffer;
  plainBytes: number;
  gtids: string;
  first: string;
  last: string;
  fromUs: number;
  toUs: number;
}

interface Open {
  seal: SealedSegment;
  gtids: string[];
  first: string;
  last: string;
  fromUs: number;
  toUs: number;
  sinceMs: number;
}

/** Cuts a stream of events into segments. */
export class Segments {
  private readonly reader = new TransactionReader();
  private format: Buffer | undefined;
  private open: Open | undefined;

  constructor(
    private readonly publicKey: string,
    private readonly monotonicMs: () => number,
    /** Time after which a segment is closed, at the end of a transaction, milliseconds. */
    private readonly mostMs: () => number,
  ) {}

  /** Takes an event; a segment if it is to be closed with it. @throws Error at an event that has no place. */
  async take(event: Buffer): Promise<Segment | undefined> {
    const part = this.reader.take(event);
    if (part.kind === "format") {
      // Each segment is read with one description of its events.
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

  /** Throws away what is open. */
  abandon(): void {
    this.open?.seal.abandon();
    this.open = undefined;
  }

  private isDue(): boolean {
    if (!this.open || !this.reader.isBetween) return false;
    const { seal, sinceMs } = this.open;
    return seal.plainBytes >= mostBytes || this.monotonicMs() - sinceMs >= this.mostMs();
  }

  private async begin({ gtid, committedUs }: { gtid: string; committedUs: number }): Promise<Open> {
    if (!this.format) throw new Error("MySQL sent a transaction before the form of its events");
    const seal = new SealedSegment(this.publicKey);
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
    return { sealed, plainBytes, gtids: union(...gtids), first, last, fromUs, toUs };
  }
}

/** Compares without the time of the file and its place, which differ with each file. */
function sameFormat(a: Buffer, b: Buffer): boolean {
  const version = (event: Buffer) => event.subarray(19, 19 + 2 + 50).toString("latin1");
  return version(a) === version(b) && a.length === b.length;
}
