import type { ServerOptions } from "node:http";
import type { ListenOptions, Server, Socket } from "node:net";
import { log } from "../log";

/** Pause between two attempts to listen, milliseconds: the private address may come up later. */
const listenAgainMs = 1_000;

/** Most connections of a server, from all callers together. */
export const maxConnections = 256;

/**
 * Limits of every server of the supervisor. Its callers are on the same network and send a few bytes; a
 * slower caller is disconnected.
 */
export const serverLimits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 2_000,
  requestTimeout: 3_000,
  /** Longer than the pause between two requests of a peer, so that its connection stays open. */
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 500,
} satisfies ServerOptions;

/** Starts listening, and retries until it succeeds. */
export function keepListening(server: Server, where: ListenOptions): void {
  const name = where.path ?? `${where.host}:${where.port}`;
  const listen = () => server.listen(where);
  server.maxConnections = maxConnections;
  server.on("error", (error) => {
    log(4, `cannot listen on ${name} (${error.message}); next attempt in ${listenAgainMs} ms`);
    setTimeout(listen, listenAgainMs);
  });
  listen();
}

/**
 * Limits the open connections per remote address. A flood from one address closes that address's own
 * oldest connections, and none of another address.
 */
export class ConnectionLimit {
  private readonly open = new Map<string, Map<number, Socket>>();

  /** @param perAddress most connections of one address, such as 16; at least 1. */
  constructor(private readonly perAddress: number) {}

  /** Counts a connection; beyond the limit the oldest one of the same address is destroyed. */
  admit(socket: Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) return void socket.destroy();
    const sockets = this.open.get(address) ?? new Map<number, Socket>();
    this.open.set(address, sockets.set(port, socket));
    socket.once("close", () => this.forget(address, port, socket));
    if (sockets.size <= this.perAddress) return;
    const [[oldestPort, oldest]] = [...sockets] as [[number, Socket]];
    sockets.delete(oldestPort);
    oldest.destroy();
  }

  /** Stops counting a connection, which stays open. */
  release({ remoteAddress = "", remotePort = 0 }: Socket): void {
    this.open.get(remoteAddress)?.delete(remotePort);
  }

  /** Number of counted connections. */
  get size(): number {
    return [...this.open.values()].reduce((sum, sockets) => sum + sockets.size, 0);
  }

  private forget(address: string, port: number, socket: Socket): void {
    const sockets = this.open.get(address);
    // The port may already belong to a later connection.
    if (sockets?.get(port) === socket) sockets.delete(port);
    if (sockets?.size === 0) this.open.delete(address);
  }
}
