import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { durationMs, serveChecks } from "../../../../host/supervisor/wire/checks-server";

/** Deadline on a machine that has much else to do. */
const busy = { timeout: 15_000 };

let server: Server;
let port: number;
let roles: { primary: boolean; leaving: boolean; ageMs: number };
let asked: string[];
let reached: string[][];

beforeEach(async () => {
  roles = { primary: true, leaving: false, ageMs: 900 };
  asked = [];
  reached = [];
  server = serveChecks({
    ...{ address: "127.0.0.1", port: 0 },
    onAsked: (address, primaries) => {
      asked.push(address);
      reached.push(primaries);
    },
    isPrimary: () => roles.primary,
    isLeaving: () => roles.leaving,
    isReplica: (limitMs) => roles.ageMs <= limitMs,
  });
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const status = async (path: string, options: RequestInit = {}) =>
  (await fetch(`http://127.0.0.1:${port}${path}`, options)).status;

/** What is answered to raw bytes, up to the end of the connection. */
async function answer(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

function open(count: number, localAddress: string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    return socket.on("error", () => undefined).resume();
  });
}

describe("the server for the proxies' checks", () => {
  it("says of a primary that is about to hand over that it takes no new sessions", async () => {
    roles.leaving = true;
    expect(await status("/primary")).toBe(404);
    // Once the role is gone its sessions must end, for which the answer is that of a node without the role.
    roles.primary = false;
    expect(await status("/primary")).toBe(503);
    expect(await status("/replica?lag=1s")).toBe(200);
  });

  it("says whether the node is the primary", async () => {
    expect(await status("/primary")).toBe(200);
    roles.primary = false;
    expect(await status("/primary")).toBe(503);
  });

  it("says whether the node is a replica whose data is young enough", async () => {
    expect(await status("/replica?lag=1s")).toBe(200);
    expect(await status("/replica?lag=800ms")).toBe(503);
    expect(await status("/replica")).toBe(200);
  });

  it("notes who asks for the primary, and nobody else", async () => {
    await status("/replica");
    await status("/else");
    expect(asked).toEqual([]);
    await status("/primary");
    expect(asked).toEqual(["127.0.0.1"]);
  });

  it("notes which nodes the asker reaches as primaries, if it says so as a proxy does", async () => {
    const answer = ["db-1:0,db-2:1,db-3:1", "db-2:1", "db-1:0", "", "db-2:10,:1,db 3:1,db-4:1x"];
    for (const primaries of answer) {
      await status("/primary", { headers: { "webstack-primaries": primaries } });
    }
    await status("/primary");
    expect(reached).toEqual([["db-2", "db-3"], ["db-2"], [], [], [], []]);
  });

  it.each(["/", "/state", "/health", "/leaving", "/view?primary=x", "/claim?by=db-2", "/release"])(
    "answers nothing at %s",
    async (path) => {
      expect(await status(path)).toBe(404);
      expect(await status(path, { method: "POST", body: "{}" })).toBe(404);
    },
  );

  it("answers nothing but GET", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect(await status("/primary", { method, body: "{}" }), method).toBe(404);
    }
    expect(await status("/primary", { method: "HEAD" })).toBe(404);
    expect(asked).toEqual([]);
  });

  it("survives targets that are no URL", async () => {
    for (const target of ["//", "http://[", "*", "/%"]) {
      expect(await answer(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`), target).toMatch(
        /^HTTP.* 404/,
      );
    }
    expect(await status("/primary")).toBe(200);
  });

  it("reads no body, however long it is said to be", async () => {
    const begun = Date.now();
    const head = "GET /primary HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n";
    expect(await answer(`${head}xxxx`)).toMatch(/^HTTP\/1.1 200/);
    expect(Date.now() - begun).toBeLessThan(2_000);
  });

  it("ends headers that are too long or too slow", async () => {
    const long = `GET /primary HTTP/1.1\r\nlong: ${"x".repeat(9_000)}\r\n\r\n`;
    expect(await answer(long)).toMatch(/^HTTP\/1.1 431/);
    const begun = Date.now();
    expect(await answer("GET /primary HTTP/1.1\r\nhost: x\r\n")).toMatch(/^HTTP\/1.1 408/);
    expect(Date.now() - begun).toBeLessThan(8_000);
  });

  it("lets a flood of one address end its own connections, and no other's", async () => {
    const proxy = open(2, "127.0.0.12");
    await Promise.all(proxy.map((socket) => once(socket, "connect")));
    let closed = 0;
    for (const socket of open(300, "127.0.0.66")) socket.on("close", () => (closed += 1));
    await expect.poll(() => closed, busy).toBeGreaterThanOrEqual(300 - 16);
    expect(await status("/primary")).toBe(200);
    expect(proxy.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    const count = await new Promise((done) => server.getConnections((_, n) => done(n)));
    expect(count).toBeLessThanOrEqual(20);
  });
});

describe("roles for the proxies", () => {
  it("reads limits as the proxies write them", () => {
    expect(["1s", "250ms", "70", "soon"].map(durationMs)).toEqual([1_000, 250, 70, 1_000]);
  });
});
