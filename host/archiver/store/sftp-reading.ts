import { StoreError } from "./object-store";
import { blockBytes, ifThere, maxBlocks } from "./sftp-files";
import { openFlag, packetType, statusCode } from "./sftp-packets";
import { type SftpSession, SftpStatus } from "./sftp-session";

/** A file that is open for reading. */
export interface OpenFile {
  handle: Buffer;
  bytes: number;
}

/** Opens a file for reading; undefined: it does not exist. */
export async function openForReading(
  session: SftpSession,
  path: string,
): Promise<OpenFile | undefined> {
  const opened = await ifThere(session.request(packetType.open, path, openFlag.read, 0));
  if (!opened) return undefined;
  const handle = Buffer.from(opened.data());
  const { bytes } = (await session.request(packetType.fstat, handle)).attributes();
  if (bytes === undefined) throw new StoreError(`the server does not tell the size of ${path}`);
  return { handle, bytes };
}

/**
 * Content of a file from `from` to before `to` in order, then closes the file.
 *
 * @throws StoreError if the file ends earlier.
 */
export async function* blocksOf(
  session: SftpSession,
  { handle }: OpenFile,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  const under: Promise<Buffer>[] = [];
  let requested = from;
  try {
    while (requested < to || under.length > 0) {
      while (requested < to && under.length < maxBlocks) {
        const bytes = Math.min(blockBytes, to - requested);
        const read = wholeBlock(session, handle, requested, bytes);
        read.catch(() => undefined);
        under.push(read);
        requested += bytes;
      }
      yield await under.shift()!;
    }
  } finally {
    if (!session.failure) await session.request(packetType.close, handle).catch(() => undefined);
  }
}

/** Reads until a block is whole: a server may answer with less than it was asked for. */
async function wholeBlock(
  session: SftpSession,
  handle: Buffer,
  from: number,
  bytes: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let got = 0;
  while (got < bytes) {
    const answer = await session
      .request(packetType.read, handle, BigInt(from + got), bytes - got)
      .catch((error: unknown) => {
        if (!(error instanceof SftpStatus) || error.code !== statusCode.eof) throw error;
        throw new StoreError(`the file ends at byte ${from + got}, before its size`);
      });
    const part = answer.data();
    if (part.length === 0) throw new StoreError(`no data at byte ${from + got}`);
    parts.push(part);
    got += part.length;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
