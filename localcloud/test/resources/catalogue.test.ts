import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

const cloud = new TestCloud();

describe("the catalogue", () => {
  it("has the six locations by id", async () => {
    const { locations } = (await cloud.get("/locations")).body;
    const shown = locations.map(({ id, name, network_zone }: Record<string, string>) =>
      [id, name, network_zone].join(" "),
    );
    expect(shown).toEqual([
      "1 fsn1 eu-central",
      "2 nbg1 eu-central",
      "3 hel1 eu-central",
      "4 ash us-east",
      "5 hil us-west",
      "6 sin ap-southeast",
    ]);
    expect((await cloud.get("/locations/3")).body.location.description).toBe("Helsinki DC Park 1");
  });

  it("has the server types that peers' tests know", async () => {
    const { server_types } = (await cloud.get("/server_types?name=cpx22")).body;
    expect(server_types).toMatchObject([
      { id: 109, cores: 2, memory: 4, disk: 80, category: "regular_purpose", deprecation: null },
    ]);
    expect(server_types[0].locations).toHaveLength(6);
    expect(server_types[0].locations[0]).toMatchObject({ name: "fsn1", available: true });
    expect((await cloud.ids("/server_types")).slice(0, 2)).toEqual([22, 23]);
  });

  it("shows a retired type by id, in no list", async () => {
    expect(await cloud.ids("/server_types?name=cx11")).toEqual([]);
    const { server_type } = (await cloud.get("/server_types/1")).body;
    expect(server_type).toMatchObject({
      name: "cx11",
      deprecation: { unavailable_after: expect.any(String) },
    });
    expect(server_type.locations[0].available).toBe(false);
    expect(server_type).not.toHaveProperty("deprecated");
  });

  it("has the same image for each architecture", async () => {
    expect(await cloud.ids("/images?name=ubuntu-24.04")).toEqual([161547269, 161547270]);
    const arm = "/images?name=ubuntu-24.04&architecture=arm&include_deprecated=true";
    expect(await cloud.ids(arm)).toEqual([161547270]);
    expect(await cloud.ids("/images?type=snapshot")).toEqual([]);
    expect(await cloud.ids("/images?type=system&type=snapshot&name=debian-12")).toHaveLength(2);
    expect((await cloud.get("/images/114690387")).body.image).toMatchObject({
      name: "debian-12",
      architecture: "x86",
      os_flavor: "debian",
      os_version: "12",
    });
  });

  it("has ISOs and load balancer types to look at", async () => {
    expect(await cloud.ids("/isos")).toEqual([8637, 8638]);
    expect((await cloud.get("/load_balancer_types/1")).body.load_balancer_type).toMatchObject({
      name: "lb11",
      max_services: 5,
    });
  });

  it("prices every type in every location", async () => {
    const { pricing } = (await cloud.get("/pricing")).body;
    expect(pricing.currency).toBe("EUR");
    expect(pricing.server_types).toHaveLength((await cloud.ids("/server_types")).length);
    const [first] = pricing.server_types;
    expect(first).toMatchObject({ id: 22, name: "cpx11" });
    expect(first.prices[0].price_monthly).toEqual({ net: "4.9900000000", gross: "5.9381000000" });
    expect(first.prices).toHaveLength(6);
  });

  it.each(["locations", "server_types", "images", "isos"])("has no %s 99", async (family) => {
    expect(await cloud.get(`/${family}/99`)).toMatchObject(refused(404, "not_found"));
    expect(await cloud.get(`/${family}/name`)).toMatchObject(refused(404, "not_found"));
  });
});

describe("datacenters", () => {
  it("are gone, with a page that says why", async () => {
    const cloud = new TestCloud();
    for (const path of ["/datacenters", "/datacenters/2"]) {
      const answer = await cloud.get(path);
      expect(answer).toMatchObject(refused(410, "deprecated_api_endpoint"));
      expect(answer.body.error.details.announcement).toMatch(/^https:\/\/docs\.hetzner\.cloud\//);
    }
  });

  it("were listed until October 2026", async () => {
    const cloud = new TestCloud({ apiDate: "2026-09-30" });
    expect(await cloud.ids("/datacenters")).toEqual([2, 3, 4, 5, 6, 7]);
    const { body } = await cloud.get("/datacenters/4");
    expect(body.datacenter).toMatchObject({ name: "fsn1-dc14", location: { name: "fsn1" } });
    expect(await cloud.get("/datacenters/1")).toMatchObject(refused(404, "not_found"));
  });

  it("were part of servers, and could be asked for, until July 2026", async () => {
    const cloud = new TestCloud({ apiDate: "2026-06-30" });
    const server = await cloud.server({ datacenter: "hel1-dc2" });
    expect(server).toMatchObject({
      location: { name: "hel1" },
      datacenter: { name: "hel1-dc2", location: { name: "hel1" } },
    });
    expect(server.server_type.deprecated).toBe(false);
  });
});
