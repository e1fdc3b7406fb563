import type { Readable, Writable } from "node:stream";
import { StoreError } from "./object-store";
import { type Field, Fields, packet, Packets, packetType, statusCode } from "./sftp-packets";

/** A connection to an SFTP server, already authenticated. */
export interface SftpChannel {
  input: Writable;
  output: Readable;
  /** Resolves with the reason once the connection has ended. */
  ended: Promise<string>;
  /** Ends the connection at once. */
  close(): void;
}

/** The server refused a request. */
export class SftpStatus extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`status ${code} (${message || "no message"})`);
  }
}

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

interface Reply {
  type: number;
  fields: Fields;
}

/** One connection with its requests. A failed session stays failed. */
export class SftpSession {
  /** Extensions that the server offers. */
  readonly extensions = new Set<string>();
  /** Set once the session has failed. */
  failure: StoreError | undefined;
  private readonly pending = new Map<number, Pending>();
  private readonly packets = new Packets();
  private id = 0;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly channel: SftpChannel,
    private readonly silenceMs: number,
  ) {
    channel.output.on("data", (chunk: Buffer) => this.take(chunk));
    // The channel's `ended` tells the reason.
    channel.output.on("error", () => undefined);
    channel.input.on("error", () => undefined);
    void channel.ended.then((reason) => this.fail(reason));
  }

  /**
   * Begins a session.
   *
   * @param silenceMs longest time without an answer while the server owes one, milliseconds.
   * @throws StoreError if the server does not answer, or does not speak SFTP version 3.
   */
  static async open(channel: SftpChannel, silenceMs: number): Promise<SftpSession> {
    const session = new SftpSession(channel, silenceMs);
    const reply = session.expect(-1);
    channel.input.write(packet(packetType.init, 3));
    const { fields } = await reply;
    const version = fields.number();
    if (version !== 3) {
      session.fail(`the server must speak SFTP version 3, it speaks ${version}`);
      throw session.failure!;
    }
    while (!fields.isAtEnd) {
      session.extensions.add(fields.text());
      fields.data();
    }
    return session;
  }

  /**
   * Sends a request and returns the fields of its answer.
   *
   * @throws SftpStatus if the server refuses it, StoreError if the session has failed.
   */
  async request(type: number, ...fields: Field[]): Promise<Fields> {
    if (this.failure) throw this.failure;
    this.id = (this.id + 1) % 2 ** 32;
    const reply = this.expect(this.id);
    this.channel.input.write(packet(type, this.id, ...fields));
    const { type: kind, fields: answer } = await reply;
    if (kind !== packetType.status) return answer;
    const code = answer.number();
    if (code === statusCode.ok) return answer;
    throw new SftpStatus(code, answer.isAtEnd ? "" : answer.text());
  }

  /** Ends the connection; requests under way fail with that reason. */
  fail(reason: string): void {
    if (this.failure) return;
    this.failure = new StoreError(reason);
    clearTimeout(this.timer);
    this.channel.close();
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }

  private expect(id: number): Promise<Reply> {
    const reply = new Promise<Reply>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
    });
    // Requests that nobody awaits any more, after another one failed, must not end the program.
    reply.catch(() => undefined);
    if (this.pending.size === 1) this.watch();
    return reply;
  }

  /** Waits for the next answer. */
  private watch(): void {
    clearTimeout(this.timer);
    if (this.pending.size === 0) return;
    const late = () => this.fail(`no answer for ${this.silenceMs / 1_000} s`);
    this.timer = setTimeout(late, this.silenceMs);
  }

  private take(chunk: Buffer): void {
    if (this.failure) return;
    try {
      for (const bytes of this.packets.take(chunk)) {
        const fields = new Fields(bytes);
        const type = fields.byte();
        const id = type === packetType.version ? -1 : fields.number();
        this.pending.get(id)?.resolve({ type, fields });
        this.pending.delete(id);
      }
      this.watch();
    } catch (error) {
      this.fail((error as Error).message);
    }
  }
}

/** Opens a session when one is needed, and another one after a failure. */
export class SftpConnection {
  private opening: Promise<SftpSession> | undefined;
  private current: SftpSession | undefined;

  constructor(
    private readonly connect: () => SftpChannel | Promise<SftpChannel>,
    private readonly silenceMs: number,
  ) {}

  /** @throws StoreError if no session can be opened. */
  async session(): Promise<SftpSession> {
    if (this.current && !this.current.failure) return this.current;
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async open(): Promise<SftpSession> {
    try {
      this.current = await SftpSession.open(await this.connect(), this.silenceMs);
      return this.current;
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError((error as Error).message);
    }
  }
}
