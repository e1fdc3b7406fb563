/**
 * Packet types of SFTP version 3, the version that OpenSSH speaks.
 * https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02
 */
export const packetType = {
  ...{ init: 1, version: 2, open: 3, close: 4, read: 5, write: 6, fstat: 8, opendir: 11 },
  ...{ readdir: 12, remove: 13, mkdir: 14, stat: 17, rename: 18 },
  ...{ status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 200 },
} as const;

/** Status codes of SFTP version 3. */
export const statusCode = { ok: 0, eof: 1, noSuchFile: 2, unsupported: 8 } as const;

/** Flags of an open request. */
export const openFlag = { read: 1, write: 2, create: 8, exclusive: 32 } as const;

/** Largest packet that is accepted, bytes. OpenSSH sends at most 256 KiB (SFTP_MAX_MSG_LENGTH). */
const maxBytes = 2 ** 20;

/** Metadata of a file. */
export interface FileAttributes {
  /** Size in bytes; undefined: the server does not tell. */
  bytes: number | undefined;
  isFolder: boolean;
  /** Time of the last change, seconds since 1970; 0: the server does not tell. */
  modified: number;
}

/** A field of a packet: a 32-bit number, a 64-bit number, or a text or bytes with their length. */
export type Field = number | bigint | string | Buffer;

/** Builds a packet with its length. */
export function packet(type: number, ...fields: Field[]): Buffer {
  const parts = fields.flatMap((field) => {
    if (typeof field === "number") return [word(field)];
    if (typeof field === "bigint") {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(field);
      return [bytes];
    }
    const bytes = Buffer.isBuffer(field) ? field : Buffer.from(field);
    return [word(bytes.length), bytes];
  });
  const bytes = parts.reduce((sum, part) => sum + part.length, 1);
  return Buffer.concat([word(bytes), Buffer.from([type]), ...parts]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reads the fields of a packet in order. @throws RangeError if the packet is too short. */
export class Fields {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes.readUInt8((this.at += 1) - 1);
  }

  number(): number {
    return this.bytes.readUInt32BE((this.at += 4) - 4);
  }

  data(): Buffer {
    const length = this.number();
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError("a packet is too short");
    return this.bytes.subarray(from, this.at);
  }

  text(): string {
    return this.data().toString();
  }

  attributes(): FileAttributes {
    const flags = this.number();
    const bytes = flags & 1 ? Number(this.bytes.readBigUInt64BE((this.at += 8) - 8)) : undefined;
    if (flags & 2) this.at += 8;
    const mode = flags & 4 ? this.number() : 0;
    if (flags & 8) this.number();
    const modified = flags & 8 ? this.number() : 0;
    const extended = flags & 0x8000_0000 ? this.number() : 0;
    for (let i = 0; i < extended * 2; i += 1) this.data();
    return { bytes, isFolder: (mode & 0o170000) === 0o040000, modified };
  }
}

/** Cuts a stream of bytes into packets without their lengths. */
export class Packets {
  private held: Buffer = Buffer.alloc(0);

  /** @throws Error if the bytes are no packet: a server that sends text, for example. */
  take(chunk: Buffer): Buffer[] {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const found: Buffer[] = [];
    while (this.held.length >= 4) {
      const length = this.held.readUInt32BE(0);
      if (length < 1 || length > maxBytes) {
        const start = JSON.stringify(this.held.subarray(0, 40).toString("latin1"));
        throw new Error(`the server does not speak SFTP, it sends ${start}`);
      }
      if (this.held.length < 4 + length) break;
      found.push(this.held.subarray(4, 4 + length));
      this.held = this.held.subarray(4 + length);
    }
    return found;
  }
}
