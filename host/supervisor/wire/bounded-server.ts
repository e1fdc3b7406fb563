import type { ServerOptions } from "node:http";
import type { ListenOptions, Server } from "node:net";
import { log } from "../log";

/** Time between two tries to listen: the private address may come later, milliseconds. */
const listenAgainMs = 1_000;

/** Most connections of a server, whoever they come from. */
export const maxConnections = 256;

/**
 * Limits of every server of the supervisor. Its callers are on the same network and send a few
 * bytes; a caller that takes longer is given up.
 */
export const bounds = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 2_000,
  requestTimeout: 3_000,
  /** Longer than the pause between two questions of a peer, so that its connection stays. */
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 500,
} satisfies ServerOptions;

/** Starts to listen, and tries again for as long as that fails. */
export function keepListening(server: Server, where: ListenOptions): void {
  const name = where.path ?? `${where.host}:${where.port}`;
  const listen = () => server.listen(where);
  server.maxConnections = maxConnections;
  server.on("error", (error) => {
    log(4, `cannot listen on ${name} (${error.message}); trying again`);
    setTimeout(listen, listenAgainMs);
  });
  listen();
}
