import { once } from "node:events";
import { type IncomingMessage } from "node:http";
import { request, type RequestOptions, type Server } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PeerHandlers, servePeers } from "../../../../host/supervisor/wire/peer-server";
import type { PeerCredentials } from "../../../../host/supervisor/wire/peer-tls";
import { authority, nodes } from "./support/authority";

/** Deadline on a machine that has much else to do. */
const busy = { timeout: 15_000 };

const host = nodes[0]!.privateIp;
const heard: string[] = [];
const handlers: PeerHandlers = {
  "/who": (peer, body) => ({ peer, body: body ?? "none" }),
  "/never": () => undefined,
  "/broken": () => {
    throw new Error("no space left on device");
  },
};

let server: Server;
let port: number;
let db2: PeerCredentials;
let make: (name: string) => Promise<PeerCredentials>;

beforeAll(async () => {
  make = (await authority()).credentials;
  db2 = await make("db-2");
  const credentials = await make("db-1");
  const onHeard = (peer: string) => heard.push(peer);
  server = servePeers({
    ...{
      address: host,
      port: 0,
      credentials,
      nodes,
      self: "db-1",
      handlers,
      onPeerRequest: onHeard,
    },
  });
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Status and text of an answer, or the code or message of an error. */
function ask(path: string, options: RequestOptions = {}, body?: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    const method = body === undefined ? "GET" : "POST";
    const call = request({
      ...{ host, port, path, method, agent: false, localAddress: "127.0.0.12" },
      ...{ ...db2, checkServerIdentity: () => undefined },
      ...options,
    });
    call.on("error", () => resolve(["refused"]));
    call.on("response", (response: IncomingMessage) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", () => resolve(["refused"]));
      response.on("end", () => resolve([response.statusCode, text]));
    });
    call.end(body);
  });
}

function strangers(count: number, localAddress = "127.0.0.12"): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect({ host, port, localAddress });
    return socket.on("error", () => undefined);
  });
}

describe("the server for peers", () => {
  it("answers a peer with its certificate from its address, and knows its name", async () => {
    expect(await ask("/who")).toEqual([200, '{"peer":"db-2","body":"none"}']);
    expect(heard).toEqual(["db-2"]);
  });

  it("refuses a caller without a certificate", async () => {
    expect(await ask("/who", { cert: undefined, key: undefined })).toEqual(["refused"]);
  });

  it("refuses a certificate of another authority", async () => {
    const other = await (await authority()).credentials("db-2");
    expect(await ask("/who", { ...other, ca: db2.ca })).toEqual(["refused"]);
  });

  it("refuses a name that is no database node's", async () => {
    expect(await ask("/who", await make("app-1"))).toEqual(["refused"]);
  });

  it("refuses its own name, and its own address", async () => {
    const own = await make("db-1");
    expect(await ask("/who", own)).toEqual(["refused"]);
    expect(await ask("/who", { ...own, localAddress: host })).toEqual(["refused"]);
    expect(await ask("/who", { localAddress: host })).toEqual(["refused"]);
  });

  it("refuses a node's name from the address of another one", async () => {
    expect(await ask("/who", { localAddress: "127.0.0.13" })).toEqual(["refused"]);
    expect(await ask("/who", await make("db-3"))).toEqual(["refused"]);
    const third = { ...(await make("db-3")), localAddress: "127.0.0.13" };
    expect(await ask("/who", third)).toEqual([200, '{"peer":"db-3","body":"none"}']);
  });

  it("refuses an older TLS, and no TLS", async () => {
    expect(await ask("/who", { maxVersion: "TLSv1.2" })).toEqual(["refused"]);
    const plain = connect({ host, port, localAddress: "127.0.0.12" });
    plain.write("GET /who HTTP/1.1\r\nhost: x\r\n\r\n");
    plain.on("error", () => undefined);
    let received = "";
    plain.on("data", (chunk) => (received += chunk.toString("latin1")));
    await once(plain, "close");
    expect(received).not.toContain("HTTP/1.1");
  });

  it("still knows the name in a session that is resumed", async () => {
    const first = connectTls({ ...db2, host, port, ...local });
    const session = await sessionOf(first);
    const [status, text] = await ask("/who", { session } as object);
    expect([status, text]).toEqual([200, '{"peer":"db-2","body":"none"}']);
    const second = connectTls({ ...db2, host, port, session, ...local });
    await once(second, "secureConnect");
    expect(second.isSessionReused()).toBe(true);
    second.destroy();
  });

  it("gives the body to the handler, and refuses one that it cannot take", async () => {
    expect(await ask("/who", {}, '{"a":1}')).toEqual([200, '{"peer":"db-2","body":{"a":1}}']);
    expect(await ask("/who", {}, "{")).toEqual([400, "body is no JSON\n"]);
    expect(await ask("/never", {}, "{}")).toEqual([400, "invalid body\n"]);
    expect(await ask("/toString")).toEqual([404, "unknown\n"]);
    expect(await ask("/broken")).toEqual([500, "failed\n"]);
  });

  it("ends a body that is too long", async () => {
    const [status] = await ask("/who", {}, `"${"x".repeat(64 * 1024)}"`);
    expect(status).toBe(413);
    expect((await ask("/who", {}, `"${"x".repeat(60_000)}"`))[0]).toBe(200);
  });

  it("ends headers that are too long or too slow", async () => {
    const [status] = await ask("/who", { headers: { long: "x".repeat(9_000) } });
    expect(status).toBe(431);
    const slow = connectTls({ ...db2, host, port, ...local });
    slow.on("error", () => undefined);
    await once(slow, "secureConnect");
    slow.resume().write("GET /who HTTP/1.1\r\n");
    const begun = Date.now();
    await once(slow, "close");
    expect(Date.now() - begun).toBeLessThan(8_000);
  });

  it("bounds a flood of callers that prove nothing, and serves peers meanwhile", async () => {
    const flood = strangers(300);
    let closed = 0;
    for (const socket of flood) socket.resume().on("close", () => (closed += 1));
    await expect.poll(() => closed, busy).toBeGreaterThanOrEqual(300 - 16);
    expect((await ask("/who"))[0]).toBe(200);
    // Those that were left end with the time for a handshake.
    await expect.poll(() => closed, busy).toBe(300);
  });

  it("holds at most 16 connections that prove nothing, and ends the oldest", async () => {
    const open = strangers(20);
    const closed: number[] = [];
    open.forEach((socket, i) => socket.resume().on("close", () => closed.push(i)));
    await expect.poll(() => closed.length, busy).toBe(4);
    open.forEach((socket) => socket.destroy());
  });

  it("ends strangers' connections before any handshake", async () => {
    const [socket] = strangers(1, "127.0.0.77");
    await once(socket!.resume(), "close");
    const connections = await new Promise((done) => server.getConnections((_, n) => done(n)));
    expect(connections).toBeLessThanOrEqual(8);
  });
});

const local = { localAddress: "127.0.0.12", checkServerIdentity: () => undefined } as object;

/** The session of a connection, once the server has given one out; a call makes it do so. */
async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  const [session] = (await once(socket, "session")) as [Buffer];
  socket.destroy();
  return session;
}
