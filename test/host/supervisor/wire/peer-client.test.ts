import { once } from "node:events";
import { createServer as createTls, type Server } from "node:https";
import { type AddressInfo, createServer, type Server as TcpServer, type Socket } from "node:net";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { PeerClient } from "../../../../host/supervisor/wire/peer-client";
import { servePeers } from "../../../../host/supervisor/wire/peer-server";
import type { PeerCredentials } from "../../../../host/supervisor/wire/peer-tls";
import { authority, nodes } from "./support/authority";

const [db1, db2] = [nodes[0]!, nodes[1]!];
const credentials: Record<string, PeerCredentials> = {};
const running: (Server | TcpServer)[] = [];

beforeAll(async () => {
  const made = await authority();
  for (const name of ["db-1", "db-2", "db-3"]) credentials[name] = await made.credentials(name);
});

afterEach(() => {
  for (const server of running.splice(0)) {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  }
});

/** A client of db-1 on db-2, and how often its host gave a sign of life. */
function client(port: number, onPort = db1) {
  const said = { signs: 0 };
  const asked = new PeerClient({
    ...{ peer: onPort, port, credentials: credentials["db-2"]!, localAddress: db2.privateIp },
    onSign: () => (said.signs += 1),
  });
  return { said, ask: (path: string, body?: object) => asked.ask(path, body) };
}

async function portOf(server: Server | TcpServer): Promise<number> {
  running.push(server);
  if (!server.listening) await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A server for peers on db-1 that has the certificate of that node. */
async function peerServer(certified = "db-1", handlers = {}): Promise<[number, Socket[]]> {
  const server = servePeers({
    ...{ address: db1.privateIp, port: 0, credentials: credentials[certified]!, nodes },
    ...{ self: "db-1", handlers: { "/who": (peer: string) => ({ peer }), ...handlers } },
  });
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  return [await portOf(server), sockets];
}

/** A server with that node's certificate that answers as it is told. */
async function tlsServer(listener: Parameters<typeof createTls>[1], certified = "db-1") {
  const server = createTls({ ...credentials[certified]! }, listener);
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.listen(0, db1.privateIp);
  return [await portOf(server), sockets] as const;
}

describe("the client of a peer", () => {
  it("asks with its own name, over one connection that is kept", async () => {
    const [port, sockets] = await peerServer();
    const { ask, said } = client(port);
    for (let i = 0; i < 5; i++) expect(await ask("/who")).toEqual({ peer: "db-2" });
    expect(sockets).toHaveLength(1);
    // One to connect, and one for each answer.
    expect(said.signs).toBe(6);
  });

  it("sends a body, and takes a refusal for no answer", async () => {
    const [port] = await peerServer("db-1", { "/echo": (_: string, body: object) => body });
    const { ask } = client(port);
    expect(await ask("/echo", { view: null })).toEqual({ view: null });
    expect(await ask("/unknown")).toBeUndefined();
  });

  it("refuses a server with another node's certificate", async () => {
    const [port] = await peerServer("db-3");
    const { ask, said } = client(port);
    expect(await ask("/who")).toBeUndefined();
    // The host lives, whoever it is.
    expect(said.signs).toBe(1);
  });

  it("refuses a server with another node's certificate every time, in a resumed session too", async () => {
    let calls = 0;
    const [port] = await tlsServer((_, response) => {
      calls += 1;
      response.end("{}");
    }, "db-3");
    const { ask } = client(port);
    for (let i = 0; i < 3; i++) expect(await ask("/who")).toBeUndefined();
    expect(calls).toBe(0);
  });

  it("refuses a server of another authority", async () => {
    const stranger = await (await authority()).credentials("db-1");
    const server = createTls(stranger, (_, response) => response.end("{}"));
    server.listen(0, db1.privateIp);
    const { ask } = client(await portOf(server));
    expect(await ask("/who")).toBeUndefined();
  });

  it("resumes its session on a new connection", async () => {
    const reused: boolean[] = [];
    const [port] = await tlsServer((call, response) => {
      reused.push((call.socket as unknown as { isSessionReused(): boolean }).isSessionReused());
      response.setHeader("connection", "close").end("{}");
    });
    const { ask } = client(port);
    for (let i = 0; i < 2; i++) await ask("/who");
    expect(reused).toEqual([false, true]);
  });
});

describe("signs of life of a host", () => {
  it("are a refused connection", async () => {
    const server = createServer().listen(0, db1.privateIp);
    const port = await portOf(server);
    server.close();
    await once(server, "close");
    const { ask, said } = client(port);
    expect(await ask("/state")).toBeUndefined();
    expect(said.signs).toBe(1);
  });

  it("are a connection that is let in, though nothing is answered", async () => {
    const { ask, said } = client(await portOf(createServer().listen(0, db1.privateIp)));
    const begun = performance.now();
    expect(await ask("/state")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1_100);
    expect(said.signs).toBe(1);
  });

  it("are the end of a kept connection by the host", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") return void response.end("{}");
      sockets[0]!.resetAndDestroy();
    });
    const { ask, said } = client(port);
    expect(await ask("/first")).toEqual({});
    const before = said.signs;
    expect(await ask("/second")).toBeUndefined();
    expect(said.signs).toBe(before + 1);
  });

  it("are not a kept connection that is silent, which ends within 800 ms", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first" || sockets.length > 1) response.end("{}");
    });
    const { ask, said } = client(port);
    expect(await ask("/first")).toEqual({});
    const [before, begun] = [said.signs, performance.now()];
    expect(await ask("/silent")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(said.signs).toBe(before);
    // The next one finds out anew: it connects, and is answered.
    expect(await ask("/next")).toEqual({});
    expect(sockets).toHaveLength(2);
    expect(said.signs).toBe(before + 2);
  });

  it("are not an answer that stops on its way, beyond its beginning", async () => {
    const [port] = await tlsServer((_, response) => {
      response.writeHead(200, { "content-length": 100 }).write("{");
    });
    const { ask, said } = client(port);
    expect(await ask("/state")).toBeUndefined();
    expect(said.signs).toBe(2);
  });

  it("are not what other calls lose when one is given up", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") response.end("{}");
    });
    const { ask, said } = client(port);
    await Promise.all([ask("/first"), ask("/first")]);
    expect(sockets).toHaveLength(2);
    const before = said.signs;
    await Promise.all([ask("/silent"), ask("/silent")]);
    expect(said.signs).toBe(before);
  });

  it("are not expected of idle connections either, once one was silent", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") response.end("{}");
    });
    const { ask, said } = client(port);
    await Promise.all([ask("/first"), ask("/first")]);
    const before = said.signs;
    await ask("/silent");
    expect(said.signs).toBe(before);
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it("are not a host that answers nothing at all", async () => {
    // No host has an address of this block (RFC 5737), or the network says so at once.
    const { ask, said } = client(9201, { name: "db-1", privateIp: "192.0.2.1" });
    const begun = performance.now();
    expect(await ask("/state")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1_100);
    expect(said.signs).toBe(0);
  });
});
