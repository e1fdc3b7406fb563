import { get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Lifecycle } from "../src/lifecycle";
import { httpServer, listen } from "../src/listener";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function start(lifecycle = new Lifecycle(), port = 0): Promise<number> {
  const server = httpServer(() => new Response("hello"), lifecycle);
  servers.push(server);
  await listen(server, "127.0.0.1", port);
  return (server.address() as AddressInfo).port;
}

function ask(port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1" }, (response) => resolve(response.resume())).on("error", reject);
  });
}

describe("httpServer", () => {
  it("keeps connections longer than nginx does", async () => {
    const response = await ask(await start());
    expect(response.headers["keep-alive"]).toBe("timeout=65");
  });

  it("sends clients elsewhere while it drains", async () => {
    const lifecycle = new Lifecycle();
    const port = await start(lifecycle);
    lifecycle.drain();
    expect((await ask(port)).headers.connection).toBe("close");
  });
});

describe("listen", () => {
  // SO_REUSEPORT through `net` came with Node 22.12 and 23.1.
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const canShare = process.platform === "linux" && (major > 22 || (major === 22 && minor >= 12));

  it.runIf(canShare)("shares a port with the other processes of the machine", async () => {
    const port = await start();
    expect(await start(new Lifecycle(), port)).toBe(port);
  });
});
