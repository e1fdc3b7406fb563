import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/prove/command-line";
import { cloudEvidence } from "../../../scripts/prove/cloud";
import { forEachNode } from "../../../scripts/operate/host-program";

describe("npm run prove", () => {
  it("moves nothing unless it is asked to", () => {
    const nothing = { stack: undefined, moves: false, isMarkdown: false, yes: false };
    expect(parseCommandLine([])).toEqual(nothing);
    expect(parseCommandLine(["--stack", "prod", "--switch", "--yes", "--markdown"])).toEqual({
      ...{ stack: "prod", moves: true, isMarkdown: true, yes: true },
    });
  });

  it.each([["--yes"], ["prod"], ["--move"]])("refuses %s with the usage", (word) => {
    expect(() => parseCommandLine([word])).toThrow(/^usage: npm run prove -- /);
  });

  it("asks a few nodes at the same time, and keeps their order", async () => {
    let [now, most] = [0, 0];
    const names = await forEachNode(["a", "b", "c", "d"], 2, async (name) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, name === "a" ? 20 : 1));
      now--;
      return name;
    });
    expect([names, most]).toEqual([["a", "b", "c", "d"], 2]);
  });
});

describe("what is asked of the API", () => {
  const pagination = (next: number | null) => ({ meta: { pagination: { next_page: next } } });
  const server = createServer(({ url }, response) => {
    const page = Number(new URL(url!, "http://x").searchParams.get("page"));
    const body = url!.startsWith("/v1/servers")
      ? {
          servers: [
            { id: page, name: `other-${page}`, location: { name: page === 1 ? "nbg1" : "fsn1" } },
          ],
          ...pagination(page === 1 ? 2 : null),
        }
      : {
          floating_ips: [{ ip: "203.0.113.7", home_location: { name: "nbg1" }, server: 2 }],
          ...pagination(null),
        };
    response.writeHead(url!.startsWith("/v1/") ? 200 : 403, { "RateLimit-Limit": "3600" });
    response.end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  afterAll(() => server.close());
  const project = (version: string) => ({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${version}`,
    token: "T",
  });
  const outputs = {
    nodes: [{ name: "lb-2", role: "lb" as const, privateIp: "10.0.1.12", serverId: 2 }],
    floatingIp: { ipv4: "203.0.113.7" },
  };

  it("is where the servers and the address are, over all pages", async () => {
    expect(await cloudEvidence(project("v1"), outputs)).toEqual({
      rateLimit: { "ratelimit-limit": "3600" },
      locations: { "other-1": "nbg1", "lb-2": "fsn1" },
      floatingIp: { homeLocation: "nbg1", server: "lb-2" },
    });
  });

  it("is told with its status if the API refuses it", async () => {
    await expect(cloudEvidence(project("v0"), outputs)).rejects.toThrow("answered 403");
  });
});
