import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { GreedyClient } from "../../../scripts/drill/greedy";
import { completeAnswer, GreedyRequests } from "../../../scripts/drill/greedy-requests";
import { p99In, tooSlow } from "../../../scripts/drill/traffic-limits";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function site(answer: RequestListener) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port, path: "/" };
}

describe("a client with too many requests", () => {
  it("keeps its rate, and counts answers by status", async () => {
    let count = 0;
    const target = await site((_, response) => {
      count += 1;
      response.statusCode = count <= 20 ? 200 : 429;
      response.end("some body");
    });
    const client = new GreedyRequests(target, 200, 8);
    client.start();
    await pause(1_000);
    const { sent, answers, lastedMs } = client.stop();
    const perSecond = (sent * 1000) / lastedMs;
    expect(perSecond).toBeGreaterThan(50);
    expect(perSecond).toBeLessThan(210);
    expect(answers["200"]).toBe(20);
    expect(answers["429"]).toBeGreaterThan(20);
  });

  it("opens a connection again that the site closes", async () => {
    const target = await site((_, response) => response.setHeader("connection", "close").end("x"));
    const client = new GreedyRequests(target, 50, 2);
    client.start();
    await pause(1_000);
    // The two first connections have two answers.
    expect(client.stop().answers["200"]).toBeGreaterThan(4);
  });

  it("says what it could not send in time", async () => {
    const target = await site(() => undefined);
    const client = new GreedyRequests(target, 100, 3);
    client.start();
    await pause(500);
    const { sent, unsent, answers } = client.stop();
    expect([sent, answers]).toEqual([3, {}]);
    expect(unsent).toBeGreaterThan(20);
  });

  it("reports from a process of its own, which then ends", async () => {
    const target = await site((_, response) => response.end("x"));
    const order = { ...target, requestsPerSecond: 100, idleConnections: 0, seconds: 20 };
    const client = new GreedyClient(order);
    await pause(2_000);
    const report = await client.stop();
    expect(report.answers["200"]).toBeGreaterThan(20);
    expect(report.held).toBe(0);
    await expect(client.stop()).resolves.toEqual(report);
  });

  it("fails with its process", async () => {
    const client = new GreedyClient({ requestsPerSecond: 1 } as never);
    await expect(client.stop()).rejects.toThrow(/ended with \d+ before its report/);
  });
});

describe("completeAnswer", () => {
  it.each([
    ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", undefined],
    ["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", "200"],
    ["HTTP/1.1 304 Not Modified\r\n\r\n", "304"],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n", undefined],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "200"],
    ["HTTP/1.1 429 Too", undefined],
  ])("takes %j for %s", (text, status) => {
    expect(completeAnswer(text)).toBe(status);
  });
});

describe("p99 beside a greedy client", () => {
  const probes = Array.from({ length: 200 }, (_, i) => ({ atMs: i, tookMs: i, status: 200 }));

  it("counts the requests that were sent in the phase", () => {
    expect(p99In(probes, { fromMs: 0, toMs: 100 })).toBe(98);
    expect(p99In(probes, { fromMs: 0, toMs: 1_000 })).toBe(197);
    expect(p99In([], { fromMs: 0, toMs: 100 })).toBe(0);
  });

  it("may be twice the quiet one, and not more", () => {
    expect(tooSlow(10, 20)).toEqual([]);
    expect(tooSlow(10, 20.1)).toEqual([
      "p99 beside the greedy client is 20.1 ms, more than twice the quiet 10.0 ms",
    ]);
  });
});
