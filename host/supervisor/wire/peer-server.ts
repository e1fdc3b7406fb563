import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { monotonicMs } from "../../time/monotonic";
import { log } from "../log";
import { bounds, keepListening } from "./bounded-server";
import { ConnectionLimit } from "./connection-limit";
import { BodyError, jsonBody, pathOf, refuse, send } from "./json-http";
import { isOf, minVersion, type PeerCredentials, type PeerNode } from "./peer-tls";
import { Refusals } from "./refusals";

/** Longest TLS handshake, milliseconds. */
const handshakeTimeout = 2_000;
/** Most connections of one address that have not proven yet whose they are. */
const unprovenLimit = 16;
/** Most connections of one peer; it keeps a few. */
const provenLimit = 8;

/**
 * What is answered to a peer, by path, such as `/state`: from the name that its certificate proves
 * and the body, undefined if there was none. Undefined means that the body does not fit.
 */
export type PeerHandlers = Readonly<
  Record<string, (peer: string, body: unknown) => object | undefined>
>;

/** What the server for peers depends on. */
export interface PeerServerArgs {
  /** Own private IPv4 address, such as `10.0.4.11`. */
  address: string;
  /** TCP port, such as 9201; 0 takes a free one. */
  port: number;
  credentials: PeerCredentials;
  /** All database nodes, this one too. */
  nodes: readonly PeerNode[];
  /** Name of this node. */
  self: string;
  handlers: PeerHandlers;
  /** Learns of each call whose peer is proven. @default nobody does */
  onHeard?: (peer: string) => void;
}

/**
 * Serves the other database nodes, and nobody else: a caller has the address of one of them and a
 * certificate of the stack's authority with the name of that one.
 */
export function servePeers(args: PeerServerArgs): Server {
  const { address, port, credentials, nodes, self } = args;
  const others = nodes.filter(({ name }) => name !== self);
  const proven = new WeakMap<Socket, string>();
  const options = { ...credentials, minVersion, handshakeTimeout, ...bounds } as const;
  const server = createServer(
    { ...options, requestCert: true, rejectUnauthorized: true },
    (call, response) => {
      const peer = proven.get(call.socket);
      if (peer === undefined) return void call.socket.destroy();
      args.onHeard?.(peer);
      void answer(args.handlers, peer, call, response);
    },
  );
  judgeConnections(server, others, proven);
  keepListening(server, { host: address, port });
  return server;
}

/** Ends connections of strangers, those of other addresses before a handshake that takes time. */
function judgeConnections(
  server: Server,
  others: readonly PeerNode[],
  proven: WeakMap<Socket, string>,
): void {
  const nodeAt = (socket: Socket) => others.find((node) => node.privateIp === socket.remoteAddress);
  const [waiting, kept] = [new ConnectionLimit(unprovenLimit), new ConnectionLimit(provenLimit)];
  const refusals = new Refusals();
  const note = ({ remoteAddress = "a caller that is gone" }: Socket, reason: string) =>
    refusals.note(remoteAddress, reason, monotonicMs());
  const handshakes = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    if (!nodeAt(socket)) {
      note(socket, "not the address of another database node");
      return socket.destroy();
    }
    waiting.admit(socket);
    for (const shake of handshakes) shake.call(server, socket);
  });
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    waiting.release(socket);
    const [node, certificate] = [nodeAt(socket), socket.getPeerX509Certificate()];
    if (!node || !socket.authorized || !certificate || !isOf(certificate, node.name)) {
      note(socket, `its certificate is not that of ${node?.name ?? "a database node"}`);
      return socket.destroy();
    }
    proven.set(socket, node.name);
    kept.admit(socket);
  });
  server.on("tlsClientError", ({ code, message }: NodeJS.ErrnoException, socket) => {
    // A caller that gave up was not refused.
    if (code !== "ECONNRESET") note(socket, code ?? message);
  });
}

async function answer(
  handlers: PeerHandlers,
  peer: string,
  call: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(call);
  try {
    const handler = Object.hasOwn(handlers, path) ? handlers[path] : undefined;
    if (!handler) return send(response, 404, "unknown", { connection: "close" });
    const said = handler(peer, await jsonBody(call));
    if (said) send(response, 200, said);
    else send(response, 400, "body does not fit");
  } catch (error) {
    if (error instanceof BodyError) return refuse(response, error);
    if (call.destroyed && !call.complete) return;
    log(3, `cannot answer ${path} of ${peer}: ${(error as Error).message}`);
    send(response, 500, "failed");
  }
}
