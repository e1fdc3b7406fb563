import assert from "node:assert/strict";
import { request as secureRequest } from "node:https";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { IncomingMessage } from "node:http";
import type { Seen } from "./backend";
import type { Check } from "./results";
import { ask, from, site } from "./visitor";

/** Value that a visitor puts into each header; the app must never receive it. */
const mark = "6.6.6.6";

/** Headers that apps trust; listed here independently of `services/`, so that a check fails if a name is lost there. */
const believed = [
  ...["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"],
  ...["X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Anything"],
  ...["X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP"],
  ...["X-Cluster-Client-IP", "Fastly-Client-IP", "X-Original-URL", "X-Rewrite-URL", "Proxy"],
  ...["Front-End-Https", "X-Webstack-Lb", "X-Webstack-Web", "X-Original-Forwarded-For"],
];
const spellings = [
  (name: string) => name,
  (name: string) => name.toUpperCase(),
  (name: string) => name.replaceAll("-", "_"),
  (name: string) => name.toLowerCase().replace("-", "_"),
];

/** Value of a header that the app received; undefined if none. @throws Error if the header came twice. */
export function headerIn({ headers }: Seen, wanted: string): string | undefined {
  const values = headers.filter(([name]) => name === wanted).map(([, value]) => value);
  assert.ok(values.length <= 1, `${wanted} came ${values.length} times: ${values.join(" | ")}`);
  return values[0];
}

/** A request with these headers from this address, as the app received it. */
export async function seenFrom(
  address: string,
  headers: Record<string, string | string[]> = {},
): Promise<Seen> {
  const { status, body } = await ask("/page", { ...from(address), headers });
  assert.equal(status, 200, body);
  return JSON.parse(body) as Seen;
}

function assertOwnWord(seen: Seen, client: string, host: string): void {
  assert.equal(headerIn(seen, "x-forwarded-for"), client);
  assert.equal(headerIn(seen, "x-real-ip"), client);
  assert.equal(headerIn(seen, "x-forwarded-host"), host);
  assert.equal(headerIn(seen, "x-forwarded-proto"), "http");
  assert.equal(headerIn(seen, "x-webstack-lb"), "lb-1");
  const spoofed = seen.headers.filter(([, value]) => value.includes(mark));
  assert.deepEqual(spoofed, []);
}

/** Checks of a stack without trusted proxies. */
export const clientChecks: Check[] = [
  {
    title: "no header that apps believe comes from a visitor, in whatever spelling",
    run: async () => {
      let sent = 0;
      for (const name of believed) {
        for (const spelling of new Set(spellings.map((spelled) => spelled(name)))) {
          const seen = await seenFrom("127.9.0.5", { [spelling]: mark, Host: "site.example" });
          assertOwnWord(seen, "127.9.0.5", "site.example");
          sent += 1;
        }
      }
      return `${sent} spellings`;
    },
  },
  {
    title: "not even all at once, twice each, and named as headers of the connection",
    run: async () => {
      const all = Object.fromEntries(believed.map((name) => [name, [mark, `${mark}, ${mark}`]]));
      const Connection = `keep-alive, ${believed.join(", ")}`;
      const seen = await seenFrom("127.9.0.6", { ...all, Connection, Host: "site.example" });
      assertOwnWord(seen, "127.9.0.6", "site.example");
    },
  },
  {
    title: "not even with a request that changes its protocol",
    run: async () => {
      const socket = connect({ ...site, localAddress: "127.9.0.7" });
      const key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
      const upgrade = ["Host: site.example", "Connection: Upgrade", "Upgrade: websocket", ...key];
      const spoofed = believed.map((name) => `${name}: ${mark}`);
      const lines = ["GET /socket HTTP/1.1", ...upgrade, ...spoofed];
      socket.write(`${lines.join("\r\n")}\r\n\r\n`);
      await once(socket, "data");
      socket.destroy();
      const { body } = await ask("/last-upgrade");
      assertOwnWord(JSON.parse(body) as Seen, "127.9.0.7", "site.example");
    },
  },
  {
    title: "a client's IPv6 address comes as it is",
    run: async () => {
      const seen = await seenFrom("2001:db8:1::1", { "X-Forwarded-For": mark });
      assert.equal(headerIn(seen, "x-forwarded-for"), "2001:db8:1::1");
      assert.equal(headerIn(seen, "x-real-ip"), "2001:db8:1::1");
    },
  },
  {
    title: "a host has its port only with a name of the visitor's own machine",
    run: async () => {
      const own = ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"].map((host) => [host, host]);
      const others = ["site.example:8080", "localhost.example:8080", "localhost:"];
      for (const [asked, got] of [...own, ...others.map((host) => [host, host.split(":")[0]])]) {
        const seen = await seenFrom("127.9.0.8", { Host: asked! });
        assert.deepEqual([headerIn(seen, "host"), headerIn(seen, "x-forwarded-host")], [got, got]);
      }
    },
  },
  {
    title: "the app is told of TLS",
    run: async () => {
      const options = { host: site.host, port: 443, path: "/page", rejectUnauthorized: false };
      const call = secureRequest({ ...options, headers: { "X-Forwarded-Proto": "http" } }).end();
      const [response] = (await once(call, "response")) as [IncomingMessage];
      assert.equal(
        headerIn(JSON.parse(await text(response)) as Seen, "x-forwarded-proto"),
        "https",
      );
    },
  },
];
