import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request, type RequestOptions } from "node:http";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";

/** Target of the visitors' requests. */
export const site = { host: "127.0.0.9", port: 80 };

/** The same over IPv6. */
const siteV6 = { host: "::1", port: 80 };
/** The second load balancer. */
export const secondSite = { host: "127.0.0.9", port: 81 };

/** IPv6 addresses from which requests may come; the first two are of one network of 64 bits. */
export const visitorsV6 = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1", "2001:db8:10::1"];

/** Options of a request from an address, over the family of the address. */
export function from(localAddress: string): RequestOptions {
  return { ...(localAddress.includes(":") ? siteV6 : site), localAddress };
}

/** A completely read answer. */
export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
  tookMs: number;
}

/** Sends a request and resolves once the answer has begun. */
export function send(
  path: string,
  options: RequestOptions = {},
  body?: AsyncIterable<Buffer> | string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request({ ...site, path, agent: new Agent(), ...options }, resolve);
    call.on("error", reject);
    if (body === undefined || typeof body === "string") return void call.end(body);
    void (async () => {
      for await (const chunk of body) {
        if (!call.write(chunk)) await new Promise((ready) => call.once("drain", ready));
      }
      call.end();
    })().catch(reject);
  });
}

/** Sends a request and reads its answer. */
export async function ask(
  path: string,
  options: RequestOptions = {},
  body?: AsyncIterable<Buffer> | string,
): Promise<Answer> {
  const begun = performance.now();
  const response = await send(path, options, body);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
    tookMs: performance.now() - begun,
  };
}

/** A body of `count` bytes in pieces of 64 KiB. */
export async function* bytes(count: number): AsyncGenerator<Buffer> {
  const block = Buffer.alloc(64 * 1024, "x");
  for (let left = count; left > 0; left -= block.length) {
    yield left < block.length ? block.subarray(0, left) : block;
    await Promise.resolve();
  }
}

/** Number of concurrent visitors, half of whom open a connection for each request. */
const visitors = 24;
/** Wait of a visitor between two requests, milliseconds; all of them stay below the limit of 1000 requests a second. */
const waitMs = 30;

/**
 * Sends requests while `work` runs; returns their number.
 *
 * @throws AssertionError with the number of each kind of failure, such as `POST 502`
 */
export async function load(work: () => Promise<void>): Promise<string> {
  let isOver = false;
  let good = 0;
  const bad: Record<string, number> = {};
  const visit = async (_: unknown, i: number) => {
    const agent = new Agent({ keepAlive: i % 2 === 0 });
    while (!isOver) {
      // A body: no proxy sends such a request a second time.
      const body = i % 4 < 2 ? "x=1" : undefined;
      const method = body === undefined ? "GET" : "POST";
      const answer = await ask("/page", { agent, method }, body).then(
        ({ status }) => String(status),
        (error: Error) => error.message,
      );
      const failure = `${method} ${answer}`;
      if (answer === "200") good++;
      else bad[failure] = (bad[failure] ?? 0) + 1;
      await pause(waitMs);
    }
    agent.destroy();
  };
  const visits = Promise.all(Array.from({ length: visitors }, visit));
  try {
    await pause(500);
    await work();
  } finally {
    isOver = true;
    await visits;
  }
  assert.deepEqual(bad, {});
  return `${good} requests`;
}

/** Observations of an HTTP/2 visitor on one connection. */
export interface Http2Visit {
  /** Requests with status 200. */
  good: number;
  /** Failed requests and errors of the connection, such as `POST /page 502`. */
  bad: string[];
  /** Code of the first GOAWAY frame; 0 asks the visitor to leave without an error. */
  goaway?: number;
  /** True once the connection is closed. */
  isClosed: boolean;
}

/** Requests of one visitor: one after the other. */
export interface Http2Options {
  host: string;
  path: string;
  /** Wait between two requests, milliseconds. */
  waitMs: number;
}

/** Sends GET and POST requests in turn on one connection until the server asks to leave, as browsers do. */
export async function visitByHttp2({ host, path, waitMs }: Http2Options): Promise<Http2Visit> {
  const visit: Http2Visit = { good: 0, bad: [], isClosed: false };
  const session = connect(`https://${site.host}`, { servername: host, rejectUnauthorized: false });
  session.on("goaway", (code) => (visit.goaway ??= code));
  session.on("error", (error) => visit.bad.push(error.message));
  session.on("close", () => (visit.isClosed = true));
  await once(session, "connect");
  const ask = async (method: "GET" | "POST") => {
    const head = { ":method": method, ":path": path, ":authority": host };
    const stream = session.request(head, { endStream: method === "GET" });
    let status: number | undefined;
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.on("error", (error) => visit.bad.push(`${method} ${path} ${error.message}`));
    stream.resume();
    if (method === "POST") stream.end("x=1");
    await once(stream, "close");
    if (status === 200) visit.good++;
    else visit.bad.push(`${method} ${path} ${status ?? "no answer"}`);
  };
  const goOn = async () => {
    for (let i = 0; visit.goaway === undefined && !visit.isClosed; i++) {
      await ask(i % 2 === 0 ? "GET" : "POST");
      await pause(waitMs);
    }
  };
  void goOn().catch((error: Error) => visit.bad.push(error.message));
  return visit;
}
