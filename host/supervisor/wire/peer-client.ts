import { X509Certificate } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createSecureContext, type PeerCertificate } from "node:tls";
import { hasDnsName, minVersion, type PeerCredentials, type PeerNode, peerPort } from "./peer-tls";

/** Usual longest wait for a peer's answer, milliseconds. */
const usualMs = 800;
/** Most connections to one peer, below the peer's own limit; further requests queue. */
const maxSockets = 6;
/** Longest answer, bytes. */
const maxAnswerBytes = 256 * 1024;

/** Errors that prove that the peer's host answered. */
const answeredErrors = ["ECONNREFUSED", "ECONNRESET"];

/** Arguments of {@link PeerClient}. */
export interface PeerClientArgs {
  peer: PeerNode;
  /** TCP port. @default 9201 */
  port?: number;
  credentials: PeerCredentials;
  /** Private IPv4 address of this node: the peer accepts requests only from it. */
  localAddress: string;
  /**
   * Called at each sign of life of the peer's host: a connection is established, refused or reset, or a
   * request is answered. An idle open connection is no sign of life.
   */
  onAlive: () => void;
}

/**
 * Sends requests to one peer over persistent connections: a TLS handshake for each of five requests a
 * second would cost both sides processor time. A connection that times out is closed, so that the next
 * request finds out whether the host is alive.
 */
export class PeerClient {
  private readonly agent: Agent;
  private readonly target: { host: string; port: number };

  constructor(private readonly args: PeerClientArgs) {
    const { peer, port = peerPort, credentials, localAddress } = args;
    this.target = { host: peer.privateIp, port };
    this.agent = new Agent({
      ...{ keepAlive: true, maxSockets, maxFreeSockets: 2, localAddress },
      ...{ minVersion, servername: peer.name, rejectUnauthorized: true },
      secureContext: createSecureContext({ ...credentials, minVersion }),
      checkServerIdentity: (_, certificate) => notOf(certificate, peer.name),
    });
  }

  /**
   * The peer's answer; undefined if it does not answer in so many milliseconds, refuses, or has another node's
   * certificate.
   */
  async ask(path: string, body?: object, longestMs = usualMs): Promise<unknown> {
    const method = body === undefined ? "GET" : "POST";
    const call = request({ ...this.target, path, method, agent: this.agent });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      call.destroy(new Error("late"));
    }, longestMs);
    try {
      const answer = answerTo(call, this.args.onAlive);
      call.end(body && JSON.stringify(body));
      return await answer;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // A request that this side aborts during the answer ends with ECONNRESET too.
      if (isLate) this.closeIdle();
      else if (answeredErrors.includes(code)) this.args.onAlive();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes idle connections. No request runs on them, so no request mistakes this for a reset by the peer. */
  private closeIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}

function notOf(certificate: PeerCertificate, name: string): Error | undefined {
  if (hasDnsName(new X509Certificate(certificate.raw), name)) return undefined;
  return new Error(`the certificate is not that of ${name}`);
}

/** Body of an answer with status 200; undefined for another status. */
function answerTo(call: ClientRequest, onSign: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.on("error", reject);
    call.on("socket", (socket) => {
      // A host that accepts connections is alive, even while its supervisor does not answer.
      if (socket.connecting) socket.once("connect", onSign);
    });
    call.on("response", (response) => {
      onSign();
      textOf(response)
        .then((text) => resolve(response.statusCode === 200 ? JSON.parse(text) : undefined))
        .catch(reject);
    });
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error("answer too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
