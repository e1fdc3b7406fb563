import { createServer as createTls } from "node:https";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { servePeers } from "../../../../host/supervisor/wire/peer-server";
import { authority, nodes } from "./support/authority";
import { client, credentials, db1, portOf, tlsServer } from "./support/peer-host";

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

describe("the client of a peer", () => {
  it("asks with its own name, over one connection that is kept", async () => {
    const [port, sockets] = await peerServer();
    const { ask, alive } = client(port);
    for (let i = 0; i < 5; i++) expect(await ask("/who")).toEqual({ peer: "db-2" });
    expect(sockets).toHaveLength(1);
    // One to connect, and one for each answer.
    expect(alive.signs).toBe(6);
  });

  it("sends a body, and takes a refusal for no answer", async () => {
    const [port] = await peerServer("db-1", { "/echo": (_: string, body: object) => body });
    const { ask } = client(port);
    expect(await ask("/echo", { view: null })).toEqual({ view: null });
    expect(await ask("/unknown")).toBeUndefined();
  });

  it("waits for a late answer as long as it is told, and not much longer", async () => {
    const late = (_: string, { afterMs }: { afterMs: number }) =>
      new Promise((resolve) => setTimeout(() => resolve({ afterMs }), afterMs));
    const [port] = await peerServer("db-1", { "/late": late });
    const { ask } = client(port);
    expect(await ask("/late", { afterMs: 1_200 })).toBeUndefined();
    expect(await ask("/late", { afterMs: 1_200 }, 20_000)).toEqual({ afterMs: 1_200 });
    expect(await ask("/late", { afterMs: 3_000 }, 200)).toBeUndefined();
  });

  it("refuses a server with another node's certificate", async () => {
    const [port] = await peerServer("db-3");
    const { ask, alive } = client(port);
    expect(await ask("/who")).toBeUndefined();
    // The host lives, whoever it is.
    expect(alive.signs).toBe(1);
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
