import { createServer, type IncomingMessage } from "node:http";
import { createServer as createPlainServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { Transport } from "../../../host/cloud-api/transport";

interface Answer {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** An API that gives the answers in turn and notes what it was asked. */
async function apiWith(...answers: Answer[]) {
  const calls: { line: string; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    calls.push({
      line: `${request.method} ${request.url} ${body}`.trim(),
      headers: request.headers,
    });
    const { status, body: sent, headers } = answers.shift()!;
    response.writeHead(status, headers).end(sent ? JSON.stringify(sent) : "no JSON");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const { port } = server.address() as AddressInfo;
  const settings = { agent: "tested", token: "secret" };
  return { calls, api: new Transport(`http://127.0.0.1:${port}/v1`, settings) };
}

/** What a call fails with. */
async function failureOf(work: Promise<unknown>): Promise<ApiFailure> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApiFailure);
  return failure as ApiFailure;
}

describe("Transport", () => {
  it("sends token, name and body to the path below its endpoint", async () => {
    const { api, calls } = await apiWith({ status: 201, body: { fine: true } });
    expect(await api.call("POST", "floating_ips/7", { server: 1 })).toEqual({ fine: true });
    expect(calls[0]!.line).toBe('POST /v1/floating_ips/7 {"server":1}');
    expect(calls[0]!.headers).toMatchObject({
      authorization: "Bearer secret",
      "user-agent": "tested",
    });
  });

  it.each([
    [422, true, false],
    [404, true, false],
    [409, false, false],
    [423, false, false],
    [503, false, false],
    [502, false, true],
  ])("takes %i for refused: %s, for another way: %s", async (status, refused, unreachable) => {
    const { api } = await apiWith({ status, body: {} });
    expect(await failureOf(api.call("GET", "x"))).toMatchObject({ refused, unreachable });
  });

  it("asks again 2 seconds after a refusal for the rate limit, however far its reset is", async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3_600);
    const { api } = await apiWith({
      status: 429,
      body: {},
      headers: { "ratelimit-reset": reset },
    });
    expect((await failureOf(api.call("GET", "x"))).more.retryAfterMs).toBe(2_000);
  });

  it("does not believe a success without JSON", async () => {
    const { api } = await apiWith({ status: 200 });
    expect((await failureOf(api.call("GET", "x"))).unreachable).toBe(true);
  });

  it("says that nobody is there when nobody listens", async () => {
    const server = createPlainServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const api = new Transport(`http://127.0.0.1:${port}/v1`, { agent: "tested" });
    const failure = await failureOf(api.call("GET", "x"));
    expect(failure.unreachable).toBe(true);
    expect(failure.message).toContain("ECONNREFUSED");
  });
});
