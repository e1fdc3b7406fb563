import { X509Certificate } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createSecureContext, type PeerCertificate } from "node:tls";
import { isOf, minVersion, type PeerCredentials, type PeerNode, peerPort } from "./peer-tls";

/** Longest wait for a peer's answer, milliseconds. */
const timeoutMs = 800;
/** Most connections to one peer, fewer than it lets in; further questions wait for one. */
const maxSockets = 6;
/** Longest answer, bytes. */
const maxAnswerBytes = 256 * 1024;

/** Errors that the peer's host itself answers with. */
const answeredErrors = ["ECONNREFUSED", "ECONNRESET"];

/** What a client of a peer depends on. */
export interface PeerClientArgs {
  peer: PeerNode;
  /** TCP port. @default 9201 */
  port?: number;
  credentials: PeerCredentials;
  /** Own private IPv4 address: the peer takes calls from there only. */
  localAddress: string;
  /**
   * Called at each sign of life of the peer's host: it lets one connect, it answers, or it ends a
   * connection. A connection that is open is none.
   */
  onSign: () => void;
}

/**
 * Asks one peer, over connections that are kept: a handshake for each of five questions a second
 * would cost both sides processor time. One that is silent is closed, so that the next question
 * finds out anew whether the host lives.
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

  /** What the peer answers; undefined if it does not, refuses, or is not the peer. */
  async ask(path: string, body?: object): Promise<unknown> {
    const method = body === undefined ? "GET" : "POST";
    const call = request({ ...this.target, path, method, agent: this.agent });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      call.destroy(new Error("late"));
    }, timeoutMs);
    try {
      const answer = answerTo(call, this.args.onSign);
      call.end(body && JSON.stringify(body));
      return await answer;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // A call that is given up within an answer ends with ECONNRESET too, by this side.
      if (isLate) this.closeIdle();
      else if (answeredErrors.includes(code)) this.args.onSign();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** No call waits on idle connections, so closing one looks like no reset by the host. */
  private closeIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}

function notOf(certificate: PeerCertificate, name: string): Error | undefined {
  if (isOf(new X509Certificate(certificate.raw), name)) return undefined;
  return new Error(`the certificate is not that of ${name}`);
}

/** The body of an answer of 200; undefined for another status. */
function answerTo(call: ClientRequest, onSign: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.on("error", reject);
    call.on("socket", (socket) => {
      // A host that lets one connect lives, also while its supervisor does not answer.
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
