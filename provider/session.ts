import { readFileSync } from "node:fs";
import { Client, type ConnectConfig } from "ssh2";
import type { Inputs } from "./inputs";

/** Longest wait for one handshake, milliseconds. */
const handshakeMs = 15_000;
/** Pause between two tries to reach a host, milliseconds. */
const retryMs = 1_000;

/** Output of a command that has ended. */
export interface RemoteResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** The host's key is not the one that was pinned; trying again does not help. */
export class HostKeyMismatch extends Error {}

/** An SSH connection to one host, through a bastion if need be. */
export class Session {
  private constructor(
    private readonly clients: Client[],
    /** Type and base64 data of the host's key. */
    readonly hostKey: string,
  ) {}

  /**
   * Connects, trying bastion after bastion until the deadline: a server that was just made takes a
   * while to answer.
   *
   * @throws HostKeyMismatch if the host's key is another one than `pinned`.
   * @throws Error with the last reason after the deadline.
   */
  static async open(
    connection: Inputs["connection"],
    pinned: string | undefined,
    timeoutSeconds = connection.connectTimeoutSeconds ?? 600,
    say: (line: string) => void = () => undefined,
  ): Promise<Session> {
    const begun = Date.now();
    let said = begun;
    for (let n = 0; ; n++) {
      const { bastions } = connection;
      const bastion = bastions.length > 0 ? bastions[n % bastions.length] : undefined;
      try {
        return await Session.once(connection, bastion, pinned);
      } catch (error) {
        if (error instanceof HostKeyMismatch) throw error;
        const waited = Math.round((Date.now() - begun) / 1000);
        const reason = (error as Error).message;
        if (waited >= timeoutSeconds) {
          const way = bastions.length > 0 ? ` through ${bastions.join(" or ")}` : "";
          throw new Error(
            `${connection.host} cannot be reached over SSH${way} within ${timeoutSeconds} s: ${reason}`,
          );
        }
        if (Date.now() - said > 15_000) {
          said = Date.now();
          say(`waiting for SSH since ${waited} s: ${reason}`);
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  private static async once(
    connection: Inputs["connection"],
    bastion: string | undefined,
    pinned: string | undefined,
  ): Promise<Session> {
    const { host, port = 22, user, privateKey } = connection;
    const login = {
      username: user,
      privateKey,
      readyTimeout: handshakeMs,
      keepaliveInterval: 5_000,
    };
    const clients: Client[] = [];
    try {
      let config: ConnectConfig = { ...login, host, port };
      if (bastion !== undefined) {
        const jump = await connected({ ...login, host: bastion, port: 22 });
        clients.push(jump);
        config = { ...login, sock: await forwarded(jump, host, port) };
      }
      let seen = "";
      let mismatch = false;
      const hostVerifier = (key: Buffer) => {
        seen = keyText(key);
        mismatch = pinned !== undefined && pinned !== "" && pinned !== seen;
        return !mismatch;
      };
      const client = await connected({ ...config, hostVerifier }).catch((error: Error) => {
        if (mismatch) throw new HostKeyMismatch(mismatchText(host));
        throw error;
      });
      clients.push(client);
      return new Session(clients, seen);
    } catch (error) {
      for (const client of clients) client.end();
      throw error;
    }
  }

  /** Runs a command; what it prints on standard output is passed on line by line. */
  run(
    command: string,
    options: {
      input?: string;
      file?: string;
      timeoutSeconds?: number;
      onLine?: (line: string) => void;
    } = {},
  ): Promise<RemoteResult> {
    const { input, file, timeoutSeconds = 60, onLine } = options;
    const client = this.clients.at(-1)!;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.close();
        reject(new Error(`the command on the host did not end within ${timeoutSeconds} s`));
      }, timeoutSeconds * 1000);
      client.once("close", () => reject(new Error("the host closed the connection")));
      client.exec(command, (error, stream) => {
        if (error) return reject(error);
        let stdout = "";
        let stderr = "";
        let rest = "";
        let status = -1;
        stream.on("data", (chunk: Buffer) => {
          stdout += chunk.toString();
          const lines = (rest + chunk.toString()).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) onLine?.(line);
        });
        stream.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        stream.on("exit", (code: number | null) => (status = code ?? 255));
        stream.on("close", () => {
          clearTimeout(timer);
          resolve({ status, stdout, stderr });
        });
        stream.end(file === undefined ? (input ?? "") : readFileSync(file));
      });
    });
  }

  /** Ends the connection. */
  close(): void {
    for (const client of [...this.clients].reverse()) client.end();
  }
}

function connected(config: ConnectConfig): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.once("error", (error) => {
      client.end();
      reject(error);
    });
    client.connect(config);
    // Errors after the handshake end the connection; whoever runs a command learns of that.
    client.on("error", () => undefined);
  });
}

function forwarded(
  jump: Client,
  host: string,
  port: number,
): Promise<NonNullable<ConnectConfig["sock"]>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${host} does not answer`)), handshakeMs);
    jump.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(stream);
    });
  });
}

/** Type and base64 data, as in a known_hosts file. */
function keyText(key: Buffer): string {
  const length = key.readUInt32BE(0);
  return `${key.subarray(4, 4 + length).toString()} ${key.toString("base64")}`;
}

function mismatchText(host: string): string {
  return (
    `the SSH host key of ${host} is not the one that was pinned at first contact: either the server ` +
    "was rebuilt, or somebody is in between. If it was rebuilt on purpose, remove the pin with " +
    "`pulumi state delete` of this configuration and run `pulumi up` again"
  );
}
