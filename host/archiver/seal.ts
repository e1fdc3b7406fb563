import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** Programs of a pipe as they are started; other ways in tests. */
export interface SealPrograms {
  /** Compresses standard input to standard output. */
  compress: readonly string[];
  /** Encrypts standard input to the public key, which comes after it. */
  encrypt: readonly string[];
}

const usual: SealPrograms = {
  compress: ["/usr/bin/zstd", "-3", "-q", "-c"],
  encrypt: ["/usr/bin/age", "-r"],
};

/**
 * A pipe that compresses and encrypts. What goes in is never on a disk, and the one who has the
 * public key cannot read what comes out.
 */
export class Seal {
  readonly input: Writable;
  readonly output: Readable;
  private readonly children: ChildProcess[];
  private readonly ended: Promise<unknown>;
  private said = "";

  /** @param publicKey recipient of age, such as `age1…`. */
  constructor(publicKey: string, { compress, encrypt }: SealPrograms = usual) {
    const first = spawn(compress[0]!, compress.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    const second = spawn(encrypt[0]!, [...encrypt.slice(1), publicKey], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.children = [first, second];
    // An end that is gone shows in the status of its program.
    for (const stream of [first.stdin, second.stdin]) stream.on("error", () => undefined);
    first.stdout.pipe(second.stdin);
    for (const { stderr } of [first, second]) {
      stderr.on("data", (text: Buffer) => (this.said = (this.said + text.toString()).slice(-500)));
    }
    this.input = first.stdin;
    this.output = second.stdout;
    this.ended = Promise.all([first, second].map((child) => this.well(child)));
    this.ended.catch(() => this.abandon());
  }

  /** Waits until both programs have ended well. @throws Error with what they said. */
  async closed(): Promise<void> {
    await this.ended;
  }

  /** Ends both programs; what came out is of no use. */
  abandon(): void {
    for (const child of this.children) child.kill("SIGKILL");
  }

  private async well(child: ChildProcess): Promise<void> {
    const [status] = (await once(child, "close")) as [number | null];
    if (status !== 0) throw new Error(`${child.spawnfile}: ${this.said.trim() || "was ended"}`);
  }
}

/** Sealed bytes of one segment, which are gathered while they come. */
export class SealedSegment {
  /** Bytes that went in. */
  plainBytes = 0;
  private readonly seal: Seal;
  private readonly gathered: Promise<Buffer>;

  constructor(publicKey: string) {
    this.seal = new Seal(publicKey);
    this.gathered = gather(this.seal);
    this.gathered.catch(() => undefined);
  }

  /** Adds bytes; resolves when there is room for more. */
  async add(bytes: Buffer): Promise<void> {
    this.plainBytes += bytes.length;
    if (this.seal.input.write(bytes)) return;
    await Promise.race([once(this.seal.input, "drain"), this.seal.closed()]);
  }

  /** All sealed bytes. @throws Error if a program failed. */
  async end(): Promise<Buffer> {
    this.seal.input.end();
    return this.gathered;
  }

  abandon(): void {
    this.seal.abandon();
  }
}

async function gather(seal: Seal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of seal.output) chunks.push(chunk as Buffer);
  await seal.closed();
  return Buffer.concat(chunks);
}
