import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { cloudOf } from "../../rolling/cloud";

let server: Server | undefined;
afterEach(() => server?.close());

/**
 * A cloud whose API answers each path so.
 *
 * @param first what the first calls meet in place of it: a status, or undefined for a lost connection.
 * @param code the code of the error that such a call is told.
 */
async function cloud(
  answers: Record<string, object>,
  first: (number | undefined)[] = [],
  code = "unknown",
) {
  const failing = [...first];
  const asked: string[] = [];
  server = createServer((call, response) => {
    asked.push(`${call.method} ${call.url}`);
    if (failing.length > 0) {
      const status = failing.shift();
      if (status === undefined) return void call.socket.destroy();
      const refusal = JSON.stringify({ error: { code, message: "no", details: null } });
      return void response.writeHead(status).end(refusal);
    }
    const answer = answers[call.url!.replace("/v1", "")];
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { error: {} }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const project = { endpoint: `http://127.0.0.1:${port}/v1`, token: "t" };
  return { asked, cloud: cloudOf(project, "project=webstack,stack=dev") };
}

const wire = (id: number, ip: string | null) => ({
  ...{ id, name: `web-${id}`, status: "running", server_type: { name: "cpx22" } },
  public_net: { ipv4: ip === null ? null : { ip } },
});
const path = (page: number) =>
  `/servers?label_selector=project%3Dwebstack%2Cstack%3Ddev&per_page=50&page=${page}`;

describe("the cloud", () => {
  it("tells all servers of the stack, page after page", async () => {
    const pages = Array.from({ length: 51 }, (_, i) => wire(i + 1, i === 0 ? null : "203.0.113.7"));
    const { cloud: api } = await cloud({
      [path(1)]: { servers: pages.slice(0, 50) },
      [path(2)]: { servers: pages.slice(50) },
    });
    const servers = await api.servers();
    expect(servers).toHaveLength(51);
    expect(servers[0]).toEqual({
      ...{ id: 1, name: "web-1", status: "running", type: "cpx22", publicIp: undefined },
    });
    expect(servers[50]?.publicIp).toBe("203.0.113.7");
  });

  it("tells where a type can be had, also as the API said it earlier", async () => {
    const size = { architecture: "x86", disk: 80, memory: 4 };
    const prices = [{ location: "fsn1" }, { location: "nbg1" }];
    const { cloud: api } = await cloud({
      "/server_types?name=new": {
        server_types: [{ name: "new", ...size, prices, locations: [{ name: "nbg1" }] }],
      },
      "/server_types?name=old": { server_types: [{ name: "old", ...size, prices }] },
      "/server_types?name=none": { server_types: [] },
    });
    expect((await api.type("new"))?.locations).toEqual(["nbg1"]);
    expect(await api.type("old")).toMatchObject({ diskGb: 80, locations: ["fsn1", "nbg1"] });
    expect(await api.type("none")).toBeUndefined();
  });

  it.each([
    ["a lost connection", undefined],
    ["a failure of the API", 503],
    ["the rate limit", 429],
  ])("reads again after %s", async (_, status) => {
    const { asked, cloud: api } = await cloud({ [path(1)]: { servers: [wire(1, null)] } }, [
      status,
    ]);
    expect(await api.servers()).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  const action = { action: { id: 7, status: "success" } };
  const answers = { "/servers/1/actions/poweron": action, "/actions/7": action };

  it.each([
    ["the rate limit", 429, "rate_limit_exceeded"],
    ["a lock of the server", 423, "locked"],
  ])("changes something again after %s", async (_, status, code) => {
    const { asked, cloud: api } = await cloud(answers, [status], code);
    await api.powerOn(1);
    expect(asked.slice(0, 2)).toEqual(Array(2).fill("POST /v1/servers/1/actions/poweron"));
  });

  it.each([
    ["a lost connection", undefined, "", "fetch failed"],
    ["a protection, which has the status of a lock", 423, "protected", "answered 423"],
    ["a failure of the API", 503, "unavailable", "answered 503"],
  ])("changes nothing again after %s", async (_, status, code, message) => {
    const { asked, cloud: api } = await cloud(answers, [status], code);
    await expect(api.powerOn(1)).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it("says what the API refuses", async () => {
    const { cloud: api } = await cloud({});
    await expect(api.servers()).rejects.toThrow();
  });
});
