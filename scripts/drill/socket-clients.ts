import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { waitUntil } from "../../rolling/wait-until";
import type { StackOutputs } from "../operate/outputs";

/** Time between an acknowledgement and the next emit, and longest wait for an acknowledgement, milliseconds. */
const every = { emitMs: 500, patienceMs: 5_000 };

/** Time between two looks at a socket that is not connected, milliseconds. */
const lookMs = 50;

/** Longest time until all clients have connected, seconds. */
const readySeconds = 30;

/** One client of an app with Socket.IO. */
interface SocketClient {
  /** Name without blanks, which the app records. */
  name: string;
  /** Address of the site, `http:` or `https:`. */
  url: string;
  /** True: long polling alone; false: the default, long polling and then an upgrade to WebSocket. */
  polls: boolean;
  /** Headers of each request. */
  headers: Readonly<Record<string, string>>;
}

/** Acknowledged emit: number from 1, time of the acknowledgement, and node and port of the process. */
export interface Acknowledged {
  number: number;
  /** Milliseconds of `performance.now()`. */
  atMs: number;
  process: string;
}

/** Observations of one client; times are milliseconds of `performance.now()`. */
export interface ClientSeen {
  name: string;
  polls: boolean;
  acknowledged: Acknowledged[];
  /** Times at which a session began; each but the first is a reconnect. */
  connectedMs: number[];
  /** Ends of a session, failed attempts to begin one, and late acknowledgements, with the reason. */
  troubles: { atMs: number; reason: string }[];
  /** Times at which a session changed to WebSocket. */
  upgradedMs: number[];
}

/** Part of an error of the transport that Socket.IO passes on. */
interface TransportFailure {
  message?: string;
  /** HTTP status of a request of long polling. */
  description?: unknown;
  context?: { responseText?: unknown };
}

/** Reason of an end or of a failed attempt: the answer of the app if there is one, such as `Session ID unknown`. */
export function reasonOf(usual: string, failure: unknown): string {
  const { context } = (failure ?? {}) as TransportFailure;
  const answer = typeof context?.responseText === "string" ? context.responseText : "";
  return /"message":"([^"]+)"/.exec(answer)?.[1] ?? usual;
}

/** Clients that stay connected, emit one number after the other, and repeat a number until the app acknowledges it. */
export class SocketClients {
  readonly seen: ClientSeen[] = [];
  private going = true;
  private readonly sockets: Socket[] = [];
  private readonly under: Promise<void>[] = [];

  /** Connects at once; the library's own defaults decide when a client connects anew. */
  constructor(clients: readonly SocketClient[]) {
    for (const client of clients) this.start(client);
  }

  /** Waits until all clients are connected, and the default ones by WebSocket. @throws Error that names one after 30 s. */
  async ready(): Promise<void> {
    const find = () => {
      const late = this.seen.find(({ polls, connectedMs, upgradedMs }) =>
        polls ? connectedMs.length === 0 : upgradedMs.length === 0,
      );
      if (late)
        throw new Error(`${late.name} is not, ${late.troubles.at(-1)?.reason ?? "no reason"}`);
      return true;
    };
    const within = { timeoutSeconds: readySeconds, intervalMs: lookMs };
    await waitUntil("all clients connected", find, within);
  }

  /** Ends the clients, and returns the observations. */
  async stop(): Promise<ClientSeen[]> {
    this.going = false;
    await Promise.all(this.under);
    for (const socket of this.sockets) socket.disconnect();
    return this.seen;
  }

  private start({ name, url, polls, headers }: SocketClient): void {
    const socket = io(url, {
      forceNew: true,
      extraHeaders: { ...headers },
      ...(polls ? { transports: ["polling"] } : {}),
    });
    const seen: ClientSeen = {
      ...{ name, polls, acknowledged: [] },
      ...{ connectedMs: [], upgradedMs: [], troubles: [] },
    };
    const trouble = (reason: string) => {
      if (this.going) seen.troubles.push({ atMs: performance.now(), reason });
    };
    socket.io.on("open", () => {
      socket.io.engine.on("upgrade", () => seen.upgradedMs.push(performance.now()));
    });
    socket.on("connect", () => seen.connectedMs.push(performance.now()));
    socket.on("connect_error", (error) => trouble(reasonOf(error.message, error)));
    socket.on("disconnect", (reason, details) => trouble(reasonOf(reason, details)));
    this.seen.push(seen);
    this.sockets.push(socket);
    this.under.push(this.count(socket, seen, trouble));
  }

  private async count(
    socket: Socket,
    { name, acknowledged }: ClientSeen,
    trouble: (reason: string) => void,
  ): Promise<void> {
    for (let number = 1; this.going;) {
      if (!socket.connected) {
        await pause(lookMs);
        continue;
      }
      const session = socket.id;
      const emit = socket.timeout(every.patienceMs).emitWithAck("count", name, number);
      const process = await emit.catch(() => undefined);
      if (typeof process === "string") {
        acknowledged.push({ number, atMs: performance.now(), process });
        number += 1;
      } else if (socket.id === session) trouble(`no answer within ${every.patienceMs / 1000} s`);
      await pause(every.emitMs);
    }
  }
}

/** Number of clients with the default transports, and of those that only poll. */
const counts = { usual: 20, polling: 12 };

/**
 * Clients behind a trusted proxy, which is this machine, with an address each, and one with this machine's own IPv4
 * address. There is none over IPv6: the client library sends a Host header without brackets, which HAProxy refuses.
 */
export function clientsOf({ url }: Pick<StackOutputs, "url">): SocketClient[] {
  const behind = (prefix: string, first: number, count: number, polls: boolean): SocketClient[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ name: `${prefix}-${i + 1}`, url, polls },
      headers: { "X-Forwarded-For": `203.0.113.${first + i}` },
    }));
  return [
    ...behind("usual", 1, counts.usual, false),
    ...behind("polling", 101, counts.polling, true),
    { name: "own-ipv4", url, polls: true, headers: {} },
  ];
}
