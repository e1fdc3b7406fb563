import type { ServerOptions, IncomingMessage, ServerResponse } from "node:http";
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

/** Longest request body, bytes. */
export const maxBodyBytes = 64 * 1024;

/** A request body that is not JSON, or too long. */
export class BodyError extends Error {
  /** @param status HTTP status of the answer. */
  constructor(readonly status: 400 | 413) {
    super(status === 413 ? "body too long" : "body is no JSON");
  }
}

/**
 * Parses the body of a request; undefined if it is empty.
 *
 * @throws BodyError if it is not JSON, or longer than {@link maxBodyBytes}.
 */
export async function jsonBody(call: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The rest of too long a body stays unread, so that the answer is still sent.
  for await (const chunk of call.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) throw new BodyError(413);
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new BodyError(400);
  }
}

/** Answers with JSON, or with a line of text. */
export function send(
  response: ServerResponse,
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): void {
  const isText = typeof body === "string";
  const content = isText ? `${body}\n` : JSON.stringify(body);
  const type = isText ? "text/plain" : "application/json";
  const length = String(Buffer.byteLength(content));
  response.writeHead(status, { "content-type": type, "content-length": length, ...headers });
  response.end(content);
}

/** Answers a request whose body was rejected, and closes the connection. */
export function rejectBody(response: ServerResponse, { status, message }: BodyError): void {
  send(response, status, message, { connection: "close" });
}

/** Path of a request, without its query. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0]!;
}
