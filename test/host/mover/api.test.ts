import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ApiFailure, FloatingIpApi } from "../../../host/mover/api";

interface Answer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** An API that gives the answers in turn and notes what it was asked. */
async function apiWith(...answers: Answer[]) {
  const calls: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    calls.push(`${request.method} ${request.url} ${body}`.trim());
    const { status, body: sent, headers } = answers.shift()!;
    response.writeHead(status, headers).end(JSON.stringify(sent));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const { port } = server.address() as AddressInfo;
  return { calls, api: new FloatingIpApi(`http://127.0.0.1:${port}/v1`, "token") };
}

const action = (status: string, error?: object) => ({ action: { id: 5, status, error } });

describe("FloatingIpApi", () => {
  it("assigns with one POST and polls the action until it has succeeded", async () => {
    const { api, calls } = await apiWith(
      { status: 201, body: action("running") },
      { status: 200, body: action("running") },
      { status: 200, body: action("success") },
    );
    await api.assign(7, 1);
    expect(calls).toEqual([
      'POST /v1/floating_ips/7/actions/assign {"server":1}',
      "GET /v1/actions/5",
      "GET /v1/actions/5",
    ]);
  });

  it("fails when the action fails", async () => {
    const { api } = await apiWith({ status: 201, body: action("error", { message: "broken" }) });
    await expect(api.assign(7, 1)).rejects.toThrow("assign failed: broken");
  });

  it.each([
    [422, true],
    [404, true],
    [409, false],
    [423, false],
    [503, false],
  ])("takes %i for refused: %s", async (status, refused) => {
    const { api } = await apiWith({ status, body: {} });
    const error = await api.owner(7).catch((reason: ApiFailure) => reason);
    expect(error).toMatchObject({ refused });
  });

  it("waits for the reset of the rate limit, at least 2 seconds", async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 30);
    const { api } = await apiWith(
      { status: 429, body: {}, headers: { "ratelimit-reset": reset } },
      { status: 429, body: {} },
    );
    const far = (await api.owner(7).catch((reason: ApiFailure) => reason)) as ApiFailure;
    expect(far.retryAfterMs).toBeGreaterThan(25_000);
    const near = (await api.owner(7).catch((reason: ApiFailure) => reason)) as ApiFailure;
    expect(near.retryAfterMs).toBe(2_000);
  });
});
