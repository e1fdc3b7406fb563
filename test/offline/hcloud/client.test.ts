import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { CloudClient, milliseconds } from "../../../offline/hcloud/client";

const token = "t".repeat(64);

describe("the client of the local cloud", () => {
  it.each(["http://127.0.0.1:8480/v1", "http://localhost:1/v1", "http://[::1]:8480/v1"])(
    "takes %s",
    (endpoint) => {
      expect(() => new CloudClient({ endpoint, token })).not.toThrow();
    },
  );

  it.each([
    undefined,
    "https://api.hetzner.cloud/v1",
    "http://127.0.0.1.example.com/v1",
    "http://192.0.2.1/v1",
    "http://user@127.0.0.1@example.com/v1",
    "nonsense",
  ])("refuses %s", (endpoint) => {
    expect(() => new CloudClient({ endpoint, token })).toThrow(
      `hcloud:endpoint must be on loopback, such as http://127.0.0.1:8480/v1, got ${JSON.stringify(endpoint)}`,
    );
  });

  it.each([undefined, "", "t".repeat(63), "t".repeat(65)])("refuses the token %j", (wrong) => {
    expect(() => new CloudClient({ endpoint: "http://127.0.0.1:1/v1", token: wrong })).toThrow(
      "exactly 64 characters",
    );
  });

  it("reads again after a lost connection, and changes nothing twice", async () => {
    const asked: string[] = [];
    const server = createServer((call, response) => {
      asked.push(call.method!);
      if (asked.length === 1 || call.method === "POST") call.socket.destroy();
      else response.end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = new CloudClient({ endpoint: `http://127.0.0.1:${port}/v1`, token });
    await client.call("GET", "/servers");
    await expect(client.call("POST", "/servers")).rejects.toThrow("fetch failed");
    server.close();
    expect(asked).toEqual(["GET", "GET", "POST"]);
    await expect(client.call("GET", "/servers")).rejects.toThrow("fetch failed");
  });

  it("reads durations as Go writes them", () => {
    expect(["500ms", "1s", "1m30s", "0.5s"].map(milliseconds)).toEqual([500, 1000, 90_000, 500]);
    expect(() => milliseconds("5 minutes")).toThrow(
      'pollInterval must be a duration such as 500ms, got "5 minutes"',
    );
  });
});
