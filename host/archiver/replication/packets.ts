import type { Socket } from "node:net";

/** Longest packet of the protocol; a longer payload continues in the next packet. */
const fullPacket = 0xff_ff_ff;

/** No packet arrived within the timeout. */
export class PacketTimeoutError extends Error {}

/**
 * The packets of a MySQL connection. Data is read only on demand, so a slow consumer makes the server
 * wait.
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
 */
export class Packets {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly held: Buffer[] = [];
  private heldBytes = 0;
  private sequence = 0;

  constructor(private readonly socket: Socket) {
    this.chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Sends a payload; with `first` it starts a new command. */
  send(payload: Buffer, first: boolean): void {
    this.sequence = first ? 0 : this.sequence + 1;
    const header = Buffer.alloc(4);
    header.writeUIntLE(payload.length, 0, 3);
    header[3] = this.sequence & 0xff;
    this.socket.write(Buffer.concat([header, payload]));
  }

  /** Returns the next payload. @throws PacketTimeoutError after the timeout, Error if the connection ends. */
  async next(timeoutMs: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      const header = await this.take(4, timeoutMs);
      const length = header.readUIntLE(0, 3);
      this.sequence = header[3]!;
      parts.push(await this.take(length, timeoutMs));
      if (length < fullPacket) return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    }
  }

  private async take(bytes: number, timeoutMs: number): Promise<Buffer> {
    while (this.heldBytes < bytes) {
      const chunk = await this.chunk(timeoutMs);
      this.held.push(chunk);
      this.heldBytes += chunk.length;
    }
    const all = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
    this.held.length = 0;
    this.heldBytes -= bytes;
    if (this.heldBytes > 0) this.held.push(all.subarray(bytes));
    return all.subarray(0, bytes);
  }

  private async chunk(timeoutMs: number): Promise<Buffer> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new PacketTimeoutError(`MySQL sent nothing for ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      const next = await Promise.race([this.chunks.next(), silence]);
      if (next.done) throw new Error("MySQL ended the connection");
      return next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
