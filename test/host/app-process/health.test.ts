import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  unhealthy,
  listenersIn,
  type StartContext,
  waitStarted,
} from "../../../host/app-process/health";
import { sessionsOf } from "../../../host/app-process/balancer";

/** A process that becomes healthy after `polls` questions, on a clock that only pauses move. */
function surroundings(overrides: Partial<StartContext> = {}): StartContext {
  let time = 0;
  return {
    now: () => time,
    pause: (milliseconds) => Promise.resolve((time += milliseconds)),
    lives: () => true,
    problem: () => Promise.resolve("connect ECONNREFUSED"),
    listeners: () => [],
    ...overrides,
  };
}

describe("the wait for a process that starts", () => {
  it("ends when it is healthy", async () => {
    let polls = 0;
    const problem = () => Promise.resolve(++polls < 5 ? "not yet" : undefined);
    await waitStarted(3101, 60, surroundings({ problem }));
    expect(polls).toBe(5);
  });

  it("ends at once when the program has ended, also if somebody else answers", async () => {
    const dead = { lives: () => false, problem: () => Promise.resolve(undefined) };
    await expect(waitStarted(3101, 60, surroundings(dead))).rejects.toThrow(
      "the app exited before it was healthy",
    );
  });

  it("tells of a program that listens on a port of its own choice", async () => {
    const other = { listeners: () => [{ port: 8080, isLocalIpv4: true }] };
    await expect(waitStarted(3101, 2, surroundings(other))).rejects.toThrow(
      "the app is not healthy after 2 s: connect ECONNREFUSED; it listens on 8080, and must listen on the port in the variable PORT, here 3101",
    );
  });

  it("tells of a program that listens on the port, but not at 127.0.0.1", async () => {
    const other = { listeners: () => [{ port: 3101, isLocalIpv4: false }] };
    await expect(waitStarted(3101, 2, surroundings(other))).rejects.toThrow(
      "connect ECONNREFUSED; it listens on port 3101 at another address alone, and must listen at 127.0.0.1: name that address, since localhost may be ::1",
    );
  });

  it("says no more than the answer of one that listens where it must", async () => {
    const answers = {
      listeners: () => [{ port: 3101, isLocalIpv4: true }],
      problem: () => Promise.resolve("answered 500"),
    };
    await expect(waitStarted(3101, 2, surroundings(answers))).rejects.toThrow(/: answered 500$/);
  });
});

describe("the health of a process", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function answering(status: number): Promise<number> {
    server = createServer(({ headers }, response) => {
      response.statusCode = headers.host === "www.example.com" ? status : 400;
      response.write("an answer that never ends");
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
  const health = { path: "/up", host: "www.example.com", timeoutSeconds: 60 };

  it("takes 200 to 399 for good, and names the site that is asked", async () => {
    expect(await unhealthy(await answering(302), health)).toBeUndefined();
  });

  it("names path, port, status and rule of an answer that is not good", async () => {
    const port = await answering(404);
    expect(await unhealthy(port, health)).toBe(
      `GET /up on port ${port} answered 404, and app.health wants 200 to 399`,
    );
  });

  it("takes one status alone if one is named", async () => {
    const port = await answering(200);
    expect(await unhealthy(port, { ...health, status: 204 })).toMatch(/wants 204$/);
    expect(await unhealthy(port, { ...health, status: 200 })).toBeUndefined();
  });
});

describe("what the kernel and HAProxy say", () => {
  it("finds the listening sockets of the program among all", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998  0 4711 1",
      "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0  0 4712 1",
      "   2: 0100007F:0C1D 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000   998  0 4713 1",
    ].join("\n");
    expect(listenersIn(table, new Set(["4711", "4713"]))).toEqual([
      { port: 8080, isLocalIpv4: true },
    ]);
  });

  it.each([
    ["0.0.0.0", "00000000", true],
    ["the private network's", "0B03000A", false],
    ["::", "00000000000000000000000000000000", true],
    ["::1", "00000000000000000000000001000000", false],
    ["::ffff:127.0.0.1", "0000000000000000FFFF00000100007F", true],
  ])("knows whether a socket at %s takes connections to 127.0.0.1", (_, address, isLocalIpv4) => {
    const table = `sl\n   0: ${address}:0C1D 0:0 0A 0:0 00:00000000 00000000   998  0 4711 1`;
    expect(listenersIn(table, new Set(["4711"]))).toEqual([{ port: 3101, isLocalIpv4 }]);
  });

  it("reads the requests of one server by the name of the column", () => {
    const csv = "# pxname,svname,qcur,qmax,scur,smax\napp,3101,0,0,2,5\napp,3102,0,0,7,9\n";
    expect(sessionsOf(csv, "3102")).toBe(7);
    expect(sessionsOf(csv, "3103")).toBe(0);
    const other = "\n# pxname,svname,qcur,qmax,scur,smax\nbusy,3102,0,0,4,5";
    expect(sessionsOf(`${csv}${other}`, "3102")).toBe(11);
  });
});
