import { describe, expect, it } from "vitest";
import { TestCloud } from "../support/test-cloud";

const server = { name: "one", server_type: "cpx22", image: "debian-13", location: "nbg1" };

async function typeOf(cloud: TestCloud, name: string) {
  const { body } = await cloud.get(`/server_types?name=${name}`);
  const [found] = body.server_types;
  return { ...found, at: (where: string) => found.locations.find((l: any) => l.name === where) }; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are asserted, not typed
}

describe("the offer of the local cloud", () => {
  it("says where a type is sold out, and refuses a server there alone", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "sold-out", serverType: "cpx22", location: "nbg1" });
    const type = await typeOf(cloud, "cpx22");
    expect(type.at("nbg1")).toMatchObject({ available: false, deprecation: null });
    expect(type.at("fsn1")).toMatchObject({ available: true });
    const refused = await cloud.post("/servers", server);
    expect(refused).toMatchObject({
      status: 412,
      body: { error: { code: "resource_unavailable" } },
    });
    await cloud.made("/servers", { ...server, location: "fsn1" });
    cloud.cloud.offer.remove(1);
    await cloud.made("/servers", { ...server, name: "two" });
  });

  it("sells a deprecated type until its day, and not after it", async () => {
    const cloud = new TestCloud();
    const fault = { fault: "deprecated", serverType: "cpx22", announced: "2026-10-01" } as const;
    cloud.cloud.offer.add(1, { ...fault, unavailableAfter: "2026-12-01" });
    expect((await typeOf(cloud, "cpx22")).at("hel1").deprecation).toEqual({
      announced: "2026-10-01T10:00:00+00:00",
      unavailable_after: "2026-12-01T10:00:00+00:00",
    });
    await cloud.made("/servers", server);
    await cloud.clock.pass(60 * 86_400_000);
    const refused = await cloud.post("/servers", { ...server, name: "two" });
    expect(refused.body.error.code).toBe("resource_unavailable");
  });

  it("has the price that is set, in both places that tell it", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "price", item: "cpx22", net: 99 });
    const price = { net: "99.0000000000", gross: "117.8100000000" };
    expect((await typeOf(cloud, "cpx22")).prices[0].price_monthly).toEqual(price);
    const { pricing } = (await cloud.get("/pricing")).body;
    const listed = pricing.server_types.find(({ name }: { name: string }) => name === "cpx22");
    expect(listed.prices[0].price_monthly).toEqual(price);
  });

  it.each([
    ["servers", server, { ...server, name: "two" }],
    [
      "floating_ips",
      { type: "ipv4", home_location: "nbg1" },
      { type: "ipv6", home_location: "nbg1" },
    ],
    [
      "volumes",
      { name: "a", size: 10, location: "nbg1" },
      { name: "b", size: 10, location: "nbg1" },
    ],
  ] as const)("refuses more %s than a project may have", async (kind, first, second) => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "quota", kind, limit: 1 });
    await cloud.made(`/${kind}`, first);
    const { status, body } = await cloud.post(`/${kind}`, second);
    expect(status).toBe(403);
    expect(body.error.code).toBe("resource_limit_exceeded");
    expect(body.error.details.limits).toHaveLength(1);
    expect(await cloud.ids(`/${kind}`)).toHaveLength(1);
  });

  it("lets a token that may only read do nothing else", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "read-only" });
    expect((await cloud.get("/servers")).status).toBe(200);
    const refused = await cloud.post("/ssh_keys");
    expect(refused).toMatchObject({ status: 401, body: { error: { code: "token_readonly" } } });
    cloud.cloud.offer.remove(1);
    expect((await cloud.post("/ssh_keys")).body.error.code).toBe("invalid_input");
  });
});
