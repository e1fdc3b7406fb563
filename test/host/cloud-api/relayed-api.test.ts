import { createServer } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createPlainServer,
  type Server,
} from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RelayedApi, relayedApi } from "../../../host/cloud-api/relayed-api";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { Transport } from "../../../host/cloud-api/transport";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A way that answers with its name, or fails, and notes that it was asked. */
function wayOf(name: string, asked: string[], failure?: ApiFailure) {
  return {
    call: async () => {
      asked.push(name);
      if (failure) throw failure;
      return name;
    },
  };
}

const refused = new ApiFailure("ECONNREFUSED");

function apiOf(failing: readonly string[]) {
  const asked: string[] = [];
  const way = (name: string) => wayOf(name, asked, failing.includes(name) ? refused : undefined);
  const relays = new Map([
    ["lb-1", way("lb-1")],
    ["lb-2", way("lb-2")],
  ]);
  return { asked, api: new RelayedApi(relays, way("direct")) };
}

describe("RelayedApi", () => {
  it.each([
    ["lb-1", [], ["lb-1"]],
    ["lb-2", [], ["lb-2"]],
    ["lb-2", ["lb-2"], ["lb-2", "lb-1"]],
    ["lb-2", ["lb-1", "lb-2"], ["lb-2", "lb-1", "direct"]],
  ])("answers %s, with %j down, over %j", async (caller, failing, ways) => {
    const { api, asked } = apiOf(failing);
    expect(await api.for(caller).call("GET", "x")).toBe(ways.at(-1));
    expect(asked).toEqual(ways);
  });

  it("names each way that does not work", async () => {
    const { api } = apiOf(["lb-1", "direct"]);
    expect(await api.keepWarm("x")).toEqual([
      "the Hetzner API cannot be called through lb-1: ECONNREFUSED",
      "the Hetzner API cannot be called directly: ECONNREFUSED",
    ]);
  });

  it("has one way where nodes have public addresses", async () => {
    const api = relayedApi("http://127.0.0.1:1/v1", { agent: "tested" }, undefined);
    expect(api.for("lb-1")).toBeInstanceOf(Transport);
    const [fault] = await api.keepWarm("x");
    expect(fault).toMatch(/^the Hetzner API cannot be called: /);
  });
});

describe("a transport through a relay", () => {
  it("asks the endpoint by its own name over the relay's connection", async () => {
    const hosts: (string | undefined)[] = [];
    const api = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.end(JSON.stringify({ path: request.url }));
    });
    const apiPort = await listening(api);
    closers.push(() => api.closeAllConnections());
    const port = await listening(
      createPlainServer((from) => {
        const to = connect(apiPort, "127.0.0.1");
        from.pipe(to).pipe(from);
        for (const one of [from, to]) one.on("error", () => undefined);
      }),
    );
    const relay = { host: "127.0.0.1", port };
    const transport = new Transport("http://api.invalid:8080/v1", { agent: "tested", relay });
    expect(await transport.call("GET", "networks/7")).toEqual({ path: "/v1/networks/7" });
    expect(hosts).toEqual(["api.invalid:8080"]);
  });
});
