import { open } from "node:fs/promises";
import { magic } from "../../host/archiver/replication/events";

/** Size of the header of each event, bytes. */
export const eventHeaderBytes = 19;
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
export async function* eventsIn(path: string): AsyncGenerator<LogEvent> {
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
