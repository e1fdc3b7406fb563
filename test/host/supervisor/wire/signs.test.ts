import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { client, db1, portOf, tlsServer } from "./support/peer-host";

describe("signs of life of a host", () => {
  it("are a refused connection", async () => {
    const server = createServer().listen(0, db1.privateIp);
    const port = await portOf(server);
    server.close();
    await once(server, "close");
    const { ask, alive } = client(port);
    expect(await ask("/state")).toBeUndefined();
    expect(alive.signs).toBe(1);
  });

  it("are a connection that is let in, though nothing is answered", async () => {
    const { ask, alive } = client(await portOf(createServer().listen(0, db1.privateIp)));
    const begun = performance.now();
    expect(await ask("/state")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(alive.signs).toBe(1);
  });

  it("are the end of a kept connection by the host", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") return void response.end("{}");
      sockets[0]!.resetAndDestroy();
    });
    const { ask, alive } = client(port);
    expect(await ask("/first")).toEqual({});
    const before = alive.signs;
    expect(await ask("/second")).toBeUndefined();
    expect(alive.signs).toBe(before + 1);
  });

  it("are not a kept connection that is silent, which ends within 800 ms", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first" || sockets.length > 1) response.end("{}");
    });
    const { ask, alive } = client(port);
    expect(await ask("/first")).toEqual({});
    const [before, begun] = [alive.signs, performance.now()];
    expect(await ask("/silent")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(alive.signs).toBe(before);
    // The next one finds out anew: it connects, and is answered.
    expect(await ask("/next")).toEqual({});
    expect(sockets).toHaveLength(2);
    expect(alive.signs).toBe(before + 2);
  });

  it("are not an answer that stops on its way, beyond its beginning", async () => {
    const [port] = await tlsServer((_, response) => {
      response.writeHead(200, { "content-length": 100 }).write("{");
    });
    const { ask, alive } = client(port);
    expect(await ask("/state")).toBeUndefined();
    expect(alive.signs).toBe(2);
  });

  it("are not what other calls lose when one is given up", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") response.end("{}");
    });
    const { ask, alive } = client(port);
    await Promise.all([ask("/first"), ask("/first")]);
    expect(sockets).toHaveLength(2);
    const before = alive.signs;
    await Promise.all([ask("/silent"), ask("/silent")]);
    expect(alive.signs).toBe(before);
  });

  it("are not expected of idle connections either, once one was silent", async () => {
    const [port, sockets] = await tlsServer((call, response) => {
      if (call.url === "/first") response.end("{}");
    });
    const { ask, alive } = client(port);
    await Promise.all([ask("/first"), ask("/first")]);
    const before = alive.signs;
    await ask("/silent");
    expect(alive.signs).toBe(before);
    const ended = () => sockets.map(({ destroyed }) => destroyed);
    await expect.poll(ended, { timeout: 15_000 }).toEqual([true, true]);
  });

  it("are not a host that answers nothing at all", async () => {
    // No host has an address of this block (RFC 5737), or the network says so at once.
    const { ask, alive } = client(9201, { name: "db-1", privateIp: "192.0.2.1" });
    const begun = performance.now();
    expect(await ask("/state")).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(alive.signs).toBe(0);
  });
});
