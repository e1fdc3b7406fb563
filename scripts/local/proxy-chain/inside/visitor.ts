import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import { text } from "node:stream/consumers";

/** Where the visitors' requests go. */
export const site = { host: "127.0.0.9", port: 80 };

/** The same over IPv6. */
export const siteV6 = { host: "::1", port: 80 };
/** The second load balancer. */
export const secondSite = { host: "127.0.0.9", port: 81 };

/** IPv6 addresses from which requests may come; the first two are of one network of 64 bits. */
export const visitorsV6 = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1", "2001:db8:10::1"];

/** Options of a request from an address, over the family of the address. */
export function from(localAddress: string): RequestOptions {
  return { ...(localAddress.includes(":") ? siteV6 : site), localAddress };
}

/** An answer that was read whole. */
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

/** So many bytes in pieces of 64 KiB. */
export async function* bytes(count: number): AsyncGenerator<Buffer> {
  const block = Buffer.alloc(64 * 1024, "x");
  for (let left = count; left > 0; left -= block.length) {
    yield left < block.length ? block.subarray(0, left) : block;
    await Promise.resolve();
  }
}
