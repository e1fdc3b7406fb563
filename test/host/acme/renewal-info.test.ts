import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askRenewalInfo, NoSuggestion } from "../../../host/acme/renewal-info";

type Answer = { status?: number; headers?: Record<string, string>; body: unknown };

let server: Server;
let base = "";
let answers: Record<string, Answer> = {};

const window = { start: "2027-02-20T00:00:00Z", end: "2027-02-22T00:00:00Z" };
const date = "Fri, 01 Jan 2027 00:00:00 GMT";

beforeEach(async () => {
  server = createServer(({ url }, response) => {
    const { status = 200, headers = {}, body } = answers[url!] ?? { status: 404, body: {} };
    response.sendDate = false;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers = { "/dir": { body: { renewalInfo: `${base}/renewal/` } } };
});
afterEach(() => void server.close());

const ask = () => askRenewalInfo({ directory: `${base}/dir` }, "key.serial");

describe("askRenewalInfo", () => {
  it("gives the window, the authority's clock and its wait", async () => {
    const headers = { date, "retry-after": "7200" };
    answers["/renewal/key.serial"] = { headers, body: { suggestedWindow: window } };
    expect(await ask()).toEqual({
      startMs: Date.UTC(2027, 1, 20),
      endMs: Date.UTC(2027, 1, 22),
      authorityMs: Date.UTC(2027, 0, 1),
      retryAfterMs: 7_200_000,
    });
  });

  it("takes an answer without a date and a wait", async () => {
    answers["/renewal/key.serial"] = { body: { suggestedWindow: window } };
    expect(Object.keys(await ask())).toEqual(["startMs", "endMs"]);
  });

  it("reports an authority that has none, and one that does not know the certificate", async () => {
    await expect(ask()).rejects.toThrow(NoSuggestion);
    await expect(ask()).rejects.toThrow("the authority answered with status 404");
    answers = { "/dir": { body: {} } };
    await expect(ask()).rejects.toThrow(NoSuggestion);
    await expect(ask()).rejects.toThrow("the authority suggests no renewals");
  });

  it.each([
    [{ suggestedWindow: { start: window.end, end: window.start } }],
    [{ suggestedWindow: { start: window.start, end: window.start } }],
    [{ suggestedWindow: { start: "soon", end: window.end } }],
    [{}],
    ["text"],
    [null],
  ])("takes %j for no answer", async (body) => {
    answers["/renewal/key.serial"] = { body };
    await expect(ask()).rejects.toThrow(NoSuggestion);
  });

  it("tells a failure of the authority from a refusal", async () => {
    answers["/renewal/key.serial"] = { status: 503, body: {} };
    const failure = ask();
    await expect(failure).rejects.toThrow("the authority answered with status 503");
    await expect(failure).rejects.not.toBeInstanceOf(NoSuggestion);
  });

  it("reports the error of a connection", async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(ask()).rejects.toThrow("ECONNREFUSED");
  });
});
