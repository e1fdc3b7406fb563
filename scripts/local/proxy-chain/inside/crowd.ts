import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import { site } from "./visitor";

/** Streams of an HTTP/2 connection: below HAProxy's limit of 100. */
const streamsOfConnection = 95;

/** A request of a {@link Crowd}, and what became of it. */
interface Held {
  stream: ClientHttp2Stream;
  status?: number;
  headers?: Readonly<Record<string, unknown>>;
  isClosed: boolean;
}

/** Requests that one client has at a time, over as many HTTP/2 connections as they need. */
export class Crowd {
  readonly requests: Held[] = [];
  private readonly sessions: ClientHttp2Session[] = [];

  /** @param localAddress address of the client. */
  constructor(private readonly localAddress: string) {}

  /** Sends `count` requests; each sends `body`, if there is one, and no end of it. */
  async send(count: number, head: Record<string, string>, body?: Buffer): Promise<void> {
    for (let n = 0; n < count; n++) {
      if (n % streamsOfConnection === 0) await this.open();
      const stream = this.sessions
        .at(-1)!
        .request({ ":authority": "site.example", ...head }, { endStream: body === undefined });
      const held: Held = { stream, isClosed: false };
      stream.on("response", (headers) => {
        held.headers = headers;
        if (headers[":status"] !== undefined) held.status = headers[":status"];
      });
      stream.on("error", () => undefined).on("close", () => (held.isClosed = true));
      if (body) stream.write(body);
      this.requests.push(held);
    }
    await pause(1_500);
  }

  /** Number of requests by status; 0: no answer yet. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { status = 0 } of this.requests) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  async end(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await pause(500);
  }

  private async open(): Promise<void> {
    const { localAddress } = this;
    const host = localAddress.includes(":") ? "[::1]" : site.host;
    const options = { localAddress, rejectUnauthorized: false, servername: "site.example" };
    const session = connect(`https://${host}`, options).on("error", () => undefined);
    await once(session, "connect");
    this.sessions.push(session);
  }
}

/** Status of a WebSocket over HTTP/2 (RFC 8441), and what came back of a message. */
export async function socketByHttp2(
  localAddress: string,
): Promise<{ status: number; echoed: string }> {
  const options = { localAddress, rejectUnauthorized: false, servername: "site.example" };
  const session = connect(`https://${site.host}`, options);
  await once(session, "remoteSettings");
  const head = { ":method": "CONNECT", ":protocol": "websocket", ":scheme": "https" };
  const more = { ":path": "/socket", ":authority": "site.example", "sec-websocket-version": "13" };
  const socket = session.request({ ...head, ...more }, { endStream: false });
  const [headers] = (await once(socket, "response")) as [Record<string, unknown>];
  socket.write("hello");
  const [echoed] = (await once(socket, "data")) as [Buffer];
  session.destroy();
  return { status: Number(headers[":status"]), echoed: echoed.toString() };
}
