import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Client, ClientChannel, ConnectConfig } from "ssh2";
import type { ConnectionInputs } from "./inputs";

/** Largest part of a command's output that is kept, characters. */
const maxOutput = 64 << 20;

/** Output of a command that has ended. */
export interface RemoteResult {
  /** Exit status; 255 if a signal ended the command. */
  status: number;
  stdout: string;
  stderr: string;
}

/** Input and limits of a command. */
export interface RunOptions {
  /** Standard input; never part of the command line, where every process of the host can read it. */
  input?: string;
  /** Local path of a file that is sent as standard input. */
  file?: string;
  /**
   * Longest run of the command, seconds; with `onLine`, longest time without a line, and with `file`, longest time in
   * which the host takes nothing of the file. @default 60
   */
  timeoutSeconds?: number;
  /** Receives standard output line by line while the command runs. */
  onLine?: (line: string) => void;
}

/** The connection ended while a command ran; the command may run again over a new connection. */
export class ConnectionLost extends Error {}

/** An SSH connection to one host, through a bastion if need be. */
export class Session {
  constructor(
    /** Bastion, if any, and host. */
    private readonly clients: readonly Client[],
    /** Type and Base64 data of the host's key. */
    readonly hostKey: string,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.close());
  }

  /**
   * Runs a command.
   *
   * @throws ConnectionLost if the connection ends before the command.
   * @throws Error if the command does not end in time.
   */
  async run(command: string, options: RunOptions = {}): Promise<RemoteResult> {
    const { timeoutSeconds = 60 } = options;
    const client = this.clients.at(-1)!;
    let lost: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const gone = new Promise<never>((_, reject) => {
      lost = () => reject(new ConnectionLost("the connection to the host was lost"));
      for (const each of this.clients) each.once("close", lost);
      timer = setTimeout(() => {
        reject(new Error(`"${command}" ${silence(options)} ${timeoutSeconds} s`));
        this.close();
      }, timeoutSeconds * 1000);
    });
    const onLine = (line: string) => {
      timer?.refresh();
      options.onLine?.(line);
    };
    const heard = options.onLine ? { ...options, onLine } : options;
    const onSent = () => timer?.refresh();
    try {
      return await Promise.race([
        finished(await Promise.race([exec(client, command), gone]), heard, onSent),
        gone,
      ]);
    } finally {
      clearTimeout(timer);
      for (const each of this.clients) each.off("close", lost);
    }
  }

  /** Ends the connection. */
  close(): void {
    for (const client of [...this.clients].reverse()) client.end();
  }
}

function exec(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    try {
      client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
    } catch (error) {
      reject(new ConnectionLost((error as Error).message));
    }
  });
}

function silence({ onLine, file }: RunOptions): string {
  if (onLine) return "said nothing on the host for";
  return file === undefined
    ? "did not end on the host within"
    : "neither ended on the host nor took more of its input for";
}

/** Sends the command's input, and resolves after the command's end with its whole output. */
async function finished(
  channel: ClientChannel,
  options: RunOptions,
  onSent: () => void,
): Promise<RemoteResult> {
  const { input = "", file, onLine } = options;
  let [stdout, stderr, rest, status] = ["", "", "", 255];
  // A decoder is needed, because a chunk may end within a character.
  channel.setEncoding("utf8").on("data", (chunk: string) => {
    if (stdout.length < maxOutput) stdout += chunk;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
  });
  channel.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    if (stderr.length < maxOutput) stderr += chunk;
  });
  channel.on("exit", (code: number | null) => (status = code ?? 255));
  const closed = new Promise<void>((resolve) => channel.on("close", () => resolve()));
  // For a command that ends without reading its input, only the exit status counts.
  channel.on("error", () => undefined);
  if (file === undefined) channel.end(input);
  else
    await Promise.race([
      pipeline(createReadStream(file).on("data", onSent), channel, { end: true }).catch(
        () => undefined,
      ),
      closed,
    ]);
  await closed;
  return { status, stdout, stderr };
}

/** Authentication with a login name, which tries one key after the other. */
export function asUser(
  username: string,
  { privateKey, formerPrivateKey }: ConnectionInputs,
): ConnectConfig {
  if (formerPrivateKey === undefined) return { username, privateKey };
  const keys = [privateKey, formerPrivateKey];
  const authHandler = keys.map((key) => ({ type: "publickey" as const, username, key }));
  return { username, privateKey, authHandler };
}

/** Parses `address`, `address:port` or `[address]:port`. */
export function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 22) };
}

/** Resolves after the login. */
export function ready(client: Client, config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    // The listener stays: after the login an error ends the connection, and a running command
    // fails with `ConnectionLost`.
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed during the login")));
    client.connect(config);
  });
}
