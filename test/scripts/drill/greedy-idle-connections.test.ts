import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { waitUntil } from "../../../rolling/wait-until";
import { IdleConnections } from "../../../scripts/drill/greedy";

let server: Server | undefined;
let client: IdleConnections | undefined;
const open = new Set<Socket>();

afterEach(() => {
  client?.stop();
  server?.close();
});

/** A server that keeps `most` connections and refuses the rest; its port. */
async function keeping(most: number): Promise<number> {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    if (open.size >= most) return socket.destroy();
    return open.add(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function held(count: number): Promise<number> {
  const look = () => (client!.held() === count ? count : undefined);
  return waitUntil(`${count} connections`, look, { timeoutSeconds: 5, intervalMs: 20 });
}

describe("a client with idle connections", () => {
  it("holds as many as it wants, and opens one again that ended", async () => {
    client = new IdleConnections("127.0.0.1", await keeping(100), 30, 100);
    client.start();
    await held(30);
    [...open][0]!.destroy();
    await held(29);
    await held(30);
  });

  it("does not count what is refused", async () => {
    client = new IdleConnections("127.0.0.1", await keeping(5), 30, 200);
    client.start();
    await held(5);
    expect(open.size).toBe(5);
  });
});
