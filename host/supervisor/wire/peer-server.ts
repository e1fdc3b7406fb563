import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { monotonicMs } from "../../time/monotonic";
import { log } from "../log";
import {
  serverLimits,
  keepListening,
  ConnectionLimit,
  BodyError,
  jsonBody,
  pathOf,
  rejectBody,
  send,
} from "./http-server";
import { hasDnsName, minVersion, type PeerCredentials, type PeerNode } from "./peer-tls";

/** Longest TLS handshake, milliseconds. */
const handshakeTimeout = 2_000;
/** Most connections of one address without a completed handshake. */
const unprovenLimit = 16;
/** Most authenticated connections of one peer; a peer keeps fewer. */
const provenLimit = 8;

/**
 * Handlers by path, such as `/state`. A handler gets the peer's name from its certificate, and the body,
 * undefined if there was none. It returns undefined if the body is invalid, or a promise of its answer.
 */
export type PeerHandlers = Readonly<
  Record<string, (peer: string, body: unknown) => object | undefined | Promise<object>>
>;

/** Arguments of {@link servePeers}. */
export interface PeerServerArgs {
  /** Private IPv4 address of this node, such as `10.0.4.11`. */
  address: string;
  /** TCP port, such as 9201; 0 takes a free one. */
  port: number;
  credentials: PeerCredentials;
  /** All database nodes, including this one. */
  nodes: readonly PeerNode[];
  /** Name of this node. */
  self: string;
  handlers: PeerHandlers;
  /** Called for each request of an authenticated peer. @default no call */
  onPeerRequest?: (peer: string) => void;
}

/**
 * Serves the other database nodes only: a caller must have the address of one of them, and a certificate
 * of the stack's authority with that node's name.
 */
export function servePeers(args: PeerServerArgs): Server {
  const { address, port, credentials, nodes, self } = args;
  const others = nodes.filter(({ name }) => name !== self);
  const proven = new WeakMap<Socket, string>();
  const options = { ...credentials, minVersion, handshakeTimeout, ...serverLimits } as const;
  const server = createServer(
    { ...options, requestCert: true, rejectUnauthorized: true },
    (call, response) => {
      const peer = proven.get(call.socket);
      if (peer === undefined) return void call.socket.destroy();
      args.onPeerRequest?.(peer);
      void answer(args.handlers, peer, call, response);
    },
  );
  judgeConnections(server, others, proven);
  keepListening(server, { host: address, port });
  return server;
}

/** Closes connections of callers that are no peers; those of foreign addresses before the costly TLS handshake. */
function judgeConnections(
  server: Server,
  others: readonly PeerNode[],
  proven: WeakMap<Socket, string>,
): void {
  const nodeAt = (socket: Socket) => others.find((node) => node.privateIp === socket.remoteAddress);
  const [waiting, kept] = [new ConnectionLimit(unprovenLimit), new ConnectionLimit(provenLimit)];
  const refusals = new RefusalLog();
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
    if (!node || !socket.authorized || !certificate || !hasDnsName(certificate, node.name)) {
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
    const answer = await handler(peer, await jsonBody(call));
    if (answer) send(response, 200, answer);
    else send(response, 400, "invalid body");
  } catch (error) {
    if (error instanceof BodyError) return rejectBody(response, error);
    if (call.destroyed && !call.complete) return;
    log(3, `cannot answer ${path} of ${peer}: ${(error as Error).message}`);
    send(response, 500, "failed");
  }
}

/** Pause between two journal lines about refused connections, milliseconds. */
const quietMs = 60_000;

/** Logs refused connections: the first at once, then at most one line a minute. */
class RefusalLog {
  private count = 0;
  private saidMs = -Infinity;

  constructor(private readonly say: (text: string) => void = (text) => log(4, text)) {}

  /** Records a refused connection with its address and the reason. */
  note(address: string, reason: string, nowMs: number): void {
    this.count += 1;
    if (nowMs - this.saidMs < quietMs) return;
    const more =
      this.count > 1
        ? `, and ${this.count - 1} more refused connections since the last such line`
        : "";
    this.say(`refused a connection of ${address}: ${reason}${more}`);
    this.saidMs = nowMs;
    this.count = 0;
  }
}
