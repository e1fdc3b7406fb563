/** Packet types of SFTP version 3. https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 */
export const type = {
  ...{ init: 1, version: 2, open: 3, close: 4, read: 5, write: 6, lstat: 7, fstat: 8, setstat: 9 },
  ...{ fsetstat: 10, opendir: 11, readdir: 12, remove: 13, mkdir: 14, rmdir: 15, realpath: 16 },
  ...{ stat: 17, rename: 18, status: 101, handle: 102, data: 103, name: 104, attrs: 105 },
  extended: 200,
} as const;

/** Status codes of SFTP version 3. */
export const status = {
  ...{ ok: 0, eof: 1, noSuchFile: 2, denied: 3, failure: 4, badMessage: 5, unsupported: 8 },
} as const;

/** A packet's field: a 32-bit number, or a text or bytes with their length, or bytes as they are. */
export type Part = number | string | Buffer | { raw: Buffer };

/** A 32-bit number. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A packet with its length. */
export function packet(kind: number, ...parts: Part[]): Buffer {
  const body = parts.flatMap((part) => {
    if (typeof part === "number") return [word(part)];
    if (typeof part === "object" && "raw" in part) return [part.raw];
    const bytes = Buffer.from(part as string);
    return [word(bytes.length), bytes];
  });
  const bytes = Buffer.concat([Buffer.from([kind]), ...body]);
  return Buffer.concat([word(bytes.length), bytes]);
}

/** What a packet says, field after field. @throws RangeError beyond its end. */
export class Body {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  number(): number {
    return this.bytes.readUInt32BE((this.at += 4) - 4);
  }

  long(): number {
    return Number(this.bytes.readBigUInt64BE((this.at += 8) - 8));
  }

  data(): Buffer {
    const length = this.number();
    if (this.at + length > this.bytes.length) throw new RangeError("too short");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    return this.data().toString();
  }
}
