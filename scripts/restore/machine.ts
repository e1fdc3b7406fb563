import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs the programs of a restore: MySQL, age, zstd and tar. */
export interface Machine {
  /** Runs a program as root; returns its output. @throws Error with the end of the output if the program fails. */
  run(command: readonly string[], input?: string): Promise<string>;
  /**
   * Runs a program with a stream as its standard input.
   *
   * @throws the error of the stream, since a program that gets a part of it fails too; else Error with the end of the
   *   error output if the program fails.
   */
  feed(command: readonly string[], input: AsyncIterable<Uint8Array>): Promise<void>;
  /** Streams a program's output. @throws Error with the end of the error output if the program fails. */
  stream(command: readonly string[]): AsyncIterable<Uint8Array>;
}

/** Runs programs with a prefix before the command. */
export class PrefixMachine implements Machine {
  /** @param prefix arguments before each command, such as `docker exec -i <id>`; empty: this machine itself. */
  constructor(private readonly prefix: readonly string[]) {}

  async run(command: readonly string[], input = ""): Promise<string> {
    const [program, ...words] = [...this.prefix, ...command];
    const child = run(program!, words, { maxBuffer: 256 << 20 });
    child.child.stdin?.on("error", () => undefined);
    child.child.stdin?.end(input);
    return (await child).stdout;
  }

  async feed(command: readonly string[], input: AsyncIterable<Uint8Array>): Promise<void> {
    const [program, ...words] = [...this.prefix, ...command];
    const child = spawn(program!, words, { stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr = (stderr + text.toString()).slice(-500)));
    const closed = once(child, "close") as Promise<[number | null]>;
    let cause: unknown;
    const watched = async function* () {
      try {
        yield* input;
      } catch (error) {
        cause = error;
        throw error;
      }
    };
    const fed = pipeline(watched, child.stdin).then(
      () => undefined,
      (error: Error) => error,
    );
    const [status] = await closed;
    const failed = await fed;
    if (cause !== undefined) throw cause;
    if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr.trim() || status}`);
    if (failed) throw failed;
  }

  async *stream(command: readonly string[]): AsyncGenerator<Uint8Array> {
    const [program, ...words] = [...this.prefix, ...command];
    const child = spawn(program!, words, { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr = (stderr + text.toString()).slice(-500)));
    const closed = once(child, "close") as Promise<[number | null]>;
    closed.catch(() => undefined);
    try {
      yield* child.stdout;
    } finally {
      child.stdout.destroy();
    }
    const [status] = await closed;
    if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr.trim() || status}`);
  }
}
