import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** Programs of the pipe; replaced in tests. */
export interface PipePrograms {
  /** Compresses standard input to standard output. */
  compress: readonly string[];
  /** Encrypts standard input; the public key is appended as an argument. */
  encrypt: readonly string[];
}

const usual: PipePrograms = {
  compress: ["/usr/bin/zstd", "-3", "-q", "-c"],
  encrypt: ["/usr/bin/age", "-r"],
};

/**
 * A pipe that compresses and encrypts to a public key. The plain data is never on a disk, and this host
 * cannot decrypt the output.
 */
export class EncryptionPipe {
  readonly input: Writable;
  readonly output: Readable;
  private readonly children: ChildProcess[];
  private readonly ended: Promise<unknown>;
  private errorOutput = "";

  /** @param publicKey recipient of age, such as `age1…`. */
  constructor(publicKey: string, { compress, encrypt }: PipePrograms = usual) {
    const first = spawn(compress[0]!, compress.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    const second = spawn(encrypt[0]!, [...encrypt.slice(1), publicKey], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.children = [first, second];
    // A broken pipe shows in the exit status of its program.
    for (const stream of [first.stdin, second.stdin]) stream.on("error", () => undefined);
    first.stdout.pipe(second.stdin);
    for (const { stderr } of [first, second]) {
      stderr.on(
        "data",
        (text: Buffer) => (this.errorOutput = (this.errorOutput + text.toString()).slice(-500)),
      );
    }
    this.input = first.stdin;
    this.output = second.stdout;
    this.ended = Promise.all([first, second].map((child) => this.well(child)));
    this.ended.catch(() => this.abandon());
  }

  /** Waits until both programs have succeeded. @throws Error with their messages. */
  async closed(): Promise<void> {
    await this.ended;
  }

  /** Kills both programs; the output so far is unusable. */
  abandon(): void {
    for (const child of this.children) child.kill("SIGKILL");
  }

  private async well(child: ChildProcess): Promise<void> {
    const [status] = (await once(child, "close")) as [number | null];
    if (status !== 0)
      throw new Error(
        `${child.spawnfile}: ${this.errorOutput.trim() || `exited with status ${status}`}`,
      );
  }
}

/** Collects the encrypted bytes of one segment. */
export class EncryptedSegment {
  /** Size before compression, bytes. */
  plainBytes = 0;
  private readonly seal: EncryptionPipe;
  private readonly gathered: Promise<Buffer>;

  constructor(publicKey: string) {
    this.seal = new EncryptionPipe(publicKey);
    this.gathered = gather(this.seal);
    this.gathered.catch(() => undefined);
  }

  /** Adds bytes; resolves when the pipe accepts more. */
  async add(bytes: Buffer): Promise<void> {
    this.plainBytes += bytes.length;
    if (this.seal.input.write(bytes)) return;
    await Promise.race([once(this.seal.input, "drain"), this.seal.closed()]);
  }

  /** Ends the input and returns all encrypted bytes. @throws Error if a program failed. */
  async end(): Promise<Buffer> {
    this.seal.input.end();
    return this.gathered;
  }

  abandon(): void {
    this.seal.abandon();
  }
}

async function gather(seal: EncryptionPipe): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of seal.output) chunks.push(chunk as Buffer);
  await seal.closed();
  return Buffer.concat(chunks);
}
