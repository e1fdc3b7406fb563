import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import ssh2 from "ssh2";
import { madeKey } from "./inputs";

/** A host with SSH on loopback. */
export interface SshHost {
  port: number;
  /** Type and base64 data of its key. */
  key: string;
  /** Commands that it was asked to run. */
  commands: string[];
  /** Addresses that it was asked to connect to. */
  forwards: string[];
  close: () => void;
}

/** What a command answers, line by line with pauses if it is slow; `hang-up` ends the connection instead. */
export type Answer =
  { stdout?: string; stderr?: string; status?: number; pauseMs?: number } | "hang-up";

async function writeLines(channel: ssh2.ServerChannel, stdout: string, pauseMs: number) {
  for (const line of stdout.split(/(?<=\n)/)) {
    channel.write(line);
    if (pauseMs > 0) await pause(pauseMs);
  }
}

/** Starts a host that lets everybody in and answers commands by `answer`. */
export function sshHost(answer: (command: string, stdin: string) => Answer): Promise<SshHost> {
  const { privateKey, publicKey: key } = madeKey();
  const commands: string[] = [];
  const forwards: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on("error", () => undefined);
    client.on("authentication", (login) => login.accept());
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _, { command }) => {
        commands.push(command);
        const channel = acceptExec();
        let stdin = "";
        channel.on("data", (chunk: Buffer) => (stdin += chunk.toString()));
        channel.on("end", () => {
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
      resolve({ port, key, commands, forwards, close });
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
