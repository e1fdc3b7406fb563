import { once } from "node:events";
import type { Server } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeAll } from "vitest";
import { selfSigned } from "../../../offline/tls/certificates";
import { keyPair } from "../../../offline/tls/keys";
import { waitUntil } from "../../../rolling/wait-until";
import { Http2Visitor } from "../../../scripts/drill/http2-visitor";
import { isServed } from "../../../scripts/drill/prober";

/** Key and certificate of a site, which its own key has signed. */
export const credentials = { key: "", cert: "" };
beforeAll(async () => {
  const { privateKeyPem } = keyPair("ECDSA", "P256", 0);
  const { certPem } = await selfSigned({
    ...{ privateKeyPem, subject: { commonName: "a site" }, dnsNames: ["site.example.test"] },
    ...{ allowedUses: ["server_auth"], validityPeriodHours: 1 },
  });
  Object.assign(credentials, { key: privateKeyPem, cert: certPem });
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Port of a server that begins to listen here, and ends with the test. */
export async function portOf(server: Http2SecureServer | Server | TlsServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A stream of the site: its connection by number from 0, and its number on that connection from 0. */
export interface Visit {
  stream: ServerHttp2Stream;
  session: ServerHttp2Session;
  connection: number;
  nth: number;
  socket: Socket;
}

/** Answers with status 200. */
export const fine = (stream: ServerHttp2Stream) => {
  stream.respond({ ":status": 200 });
  stream.end("fine");
};

/** A site whose streams `answer` ends, and a visitor that has begun. */
export async function visited(answer: (visit: Visit) => void, perSecond = 100) {
  const server = createSecureServer(credentials);
  const sockets: Socket[] = [];
  server.on("secureConnection", (socket: Socket) => sockets.push(socket));
  const streams: ServerHttp2Stream[][] = [];
  server.on("session", (session) => {
    const own: ServerHttp2Stream[] = [];
    const connection = streams.push(own) - 1;
    session.on("error", () => undefined);
    session.on("stream", (stream) => {
      stream.on("error", () => undefined);
      const nth = own.push(stream) - 1;
      answer({ stream, session, connection, nth, socket: sockets[connection]! });
    });
  });
  const port = await portOf(server);
  const site = { address: "127.0.0.1", port, authority: "site.example.test" };
  const visitor = new Http2Visitor(site, "/page", perSecond);
  ends.push(() => visitor.stop());
  visitor.start();
  const until = (what: string, holds: () => boolean) =>
    waitUntil(what, () => Promise.resolve(holds() || undefined), {
      ...{ timeoutSeconds: 60, intervalMs: 20 },
    });
  const untilServed = (count: number) =>
    until(`${count} answers`, () => visitor.probes.filter(isServed).length >= count);
  return { visitor, streams, until, untilServed };
}
