import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import ssh2 from "ssh2";
import type { ConnectArgs } from "../../provider/connect";
import { madeKey, privateKey } from "./inputs";

/** A host with SSH on loopback. */
export interface SshHost {
  port: number;
  /** Type and base64 data of its key. */
  key: string;
  /** Commands that it was asked to run. */
  commands: string[];
  /** Standard input of each command. */
  inputs: string[];
  /** Names that logged in, and `-` before those that it refused, in order. */
  logins: string[];
  /** Addresses that it was asked to connect to. */
  forwards: string[];
  close: () => void;
}

/** Arguments of a connection to a host with SSH on that port. */
export function connectionTo(port: number): ConnectArgs {
  return {
    connection: { host: "127.0.0.1", port, user: "webstack", privateKey, bastions: [] },
    ...{ pinned: undefined, timeoutSeconds: 5, urn: "urn:web-1", say: () => undefined },
    signal: new AbortController().signal,
  };
}

/**
 * What a command answers, line by line with pauses if it is slow, or as its lines come; `hang-up` ends
 * the connection instead.
 */
export type Answer =
  | {
      stdout?: string | AsyncIterable<string>;
      stderr?: string;
      status?: number;
      pauseMs?: number;
    }
  | "hang-up";

async function writeLines(
  channel: ssh2.ServerChannel,
  stdout: string | AsyncIterable<string>,
  pauseMs: number,
) {
  const lines = typeof stdout === "string" ? stdout.split(/(?<=\n)/) : stdout;
  for await (const line of lines) {
    channel.write(line);
    if (pauseMs > 0) await pause(pauseMs);
  }
}

/**
 * Starts a host that answers commands by `answer`.
 *
 * @param letsIn whether a new login with that public key (type and base64 data) and name succeeds. @default every one
 *
 * @param takesMs pause after each part of a command's input, milliseconds.
 */
export function sshHost(
  answer: (command: string, stdin: string) => Answer,
  letsIn: (key: string, user: string) => boolean = () => true,
  takesMs = 0,
): Promise<SshHost> {
  const { privateKey, publicKey: key } = madeKey();
  const commands: string[] = [];
  const inputs: string[] = [];
  const logins: string[] = [];
  const forwards: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on("error", () => undefined);
    client.on("authentication", (login) => {
      if (login.method !== "publickey") return login.reject(["publickey"]);
      const shown = `${login.key.algo} ${login.key.data.toString("base64")}`;
      const isIn = letsIn(shown, login.username);
      // A key is shown first, and signed with afterwards.
      if (!isIn || login.signature) logins.push(`${isIn ? "" : "-"}${login.username}`);
      if (isIn) login.accept();
      else login.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _, { command }) => {
        commands.push(command);
        const channel = acceptExec();
        let stdin = "";
        channel.on("data", (chunk: Buffer) => {
          stdin += chunk.toString();
          if (takesMs === 0) return;
          channel.pause();
          setTimeout(() => channel.resume(), takesMs);
        });
        channel.on("end", () => {
          inputs.push(stdin);
          const told = answer(command, stdin);
          if (told === "hang-up") return client.end();
          void writeLines(channel, told.stdout ?? "", told.pauseMs ?? 0).then(() => {
            channel.stderr.write(told.stderr ?? "");
            channel.exit(told.status ?? 0);
            channel.end();
          });
        });
      });
    });
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      forwards.push(`${destIP}:${destPort}`);
      const socket = connect(destPort, destIP);
      socket.on("error", () => reject());
      socket.on("connect", () => {
        const channel = accept();
        channel.pipe(socket).pipe(channel);
        channel.on("error", () => undefined);
      });
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      const close = () => {
        for (const client of clients) client.end();
        server.close();
      };
      resolve({ port, key, commands, inputs, logins, forwards, close });
    });
  });
}

/** A port of loopback on which nobody listens. */
export function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
