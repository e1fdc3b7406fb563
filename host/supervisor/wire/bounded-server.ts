import type { ServerOptions } from "node:http";
import type { ListenOptions, Server } from "node:net";
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
