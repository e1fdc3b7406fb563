import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const make = async (overrides: object = {}) =>
  (await cloud.made("/floating_ips", { type: "ipv4", home_location: "fsn1", ...overrides }))
    .floating_ip;
const act = (id: number, path: string, body: object = {}) =>
  cloud.acted(`/floating_ips/${id}/actions/${path}`, body);
const read = async (id: number) => (await cloud.get(`/floating_ips/${id}`)).body.floating_ip;

describe("floating IPs", () => {
  it("have an address, a name and a default reverse entry", async () => {
    const answer = await cloud.made("/floating_ips", { type: "ipv4", home_location: "fsn1" });
    const { id } = answer.floating_ip;
    expect(answer.action).toBeNull();
    expect(answer.floating_ip).toMatchObject({
      name: `floating-ip-${id}`,
      description: "",
      ip: "198.18.0.200",
      type: "ipv4",
      server: null,
      dns_ptr: [{ ip: "198.18.0.200", dns_ptr: "static.200.0.18.198.clients.your-server.de" }],
      home_location: { name: "fsn1" },
      blocked: false,
      protection: { delete: false },
      labels: {},
    });
    expect(await read(id)).toEqual(answer.floating_ip);
  });

  it("of type IPv6 are a /64 without reverse entries", async () => {
    const { ip, dns_ptr } = await make({ type: "ipv6" });
    expect(ip).toMatch(/^2001:db8:[0-9a-f]+:[0-9a-f]+::\/64$/);
    expect(dns_ptr).toEqual([]);
  });

  it("have different addresses, and freed ones are given again", async () => {
    const [a, b] = [await make(), await make()];
    expect([a.ip, b.ip]).toEqual(["198.18.0.200", "198.18.0.201"]);
    expect((await cloud.delete(`/floating_ips/${a.id}`)).status).toBe(204);
    expect((await make()).ip).toBe("198.18.0.200");
  });

  it("run out", async () => {
    for (let n = 0; n < 51; n++) await make();
    expect(
      await cloud.post("/floating_ips", { type: "ipv4", home_location: "fsn1" }),
    ).toMatchObject(refused(403, "resource_limit_exceeded"));
  });

  it("are assigned when they are made for a server, in its location", async () => {
    const server = await cloud.server({ location: "hel1" });
    const body = { type: "ipv4", server: server.id };
    const { floating_ip, action } = await cloud.made("/floating_ips", body);
    expect(action).toMatchObject({
      command: "create_floating_ip",
      resources: [
        { id: floating_ip.id, type: "floating_ip" },
        { id: server.id, type: "server" },
      ],
    });
    expect(floating_ip).toMatchObject({ server: server.id, home_location: { name: "hel1" } });
    expect(cloud.driver.floatingIps.get(floating_ip.ip)).toBe(server.id);
    const { public_net } = (await cloud.get(`/servers/${server.id}`)).body.server;
    expect(public_net.floating_ips).toEqual([floating_ip.id]);
  });

  it("can be renamed, described and labelled", async () => {
    const { id } = await make();
    const wanted = { name: "front", description: "door", labels: { a: "b" } };
    expect((await cloud.put(`/floating_ips/${id}`, wanted)).body.floating_ip).toMatchObject(wanted);
  });

  it("need a server or a location", async () => {
    const answer = await cloud.post("/floating_ips", { type: "ipv4" });
    expect(answer).toMatchObject(
      refused(422, "invalid_input", { server: /either/, home_location: /either/ }),
    );
    expect(answer.body.error.message).toBe("invalid input in fields 'server', 'home_location'");
    expect(
      await cloud.post("/floating_ips", { type: "ipv4", home_location: "mars" }),
    ).toMatchObject(refused(422, "invalid_input", { home_location: /'mars'/ }));
  });
});

describe("assigning a floating IP", () => {
  it("moves it without being unassigned first, to any location", async () => {
    const [a, b] = [await cloud.server(), await cloud.server({ location: "hel1" })];
    const { id, ip } = await make();
    expect(await act(id, "assign", { server: a.id })).toBe("assign_floating_ip");
    expect(cloud.driver.floatingIps.get(ip)).toBe(a.id);
    await act(id, "assign", { server: b.id });
    expect((await read(id)).server).toBe(b.id);
    expect(cloud.driver.floatingIps.get(ip)).toBe(b.id);
    expect(await act(id, "unassign")).toBe("unassign_floating_ip");
    expect((await read(id)).server).toBeNull();
    expect(cloud.driver.floatingIps.get(ip)).toBeUndefined();
  });

  it("to a server that does not exist is refused", async () => {
    const { id } = await make();
    expect(await cloud.post(`/floating_ips/${id}/actions/assign`, { server: 1 })).toMatchObject(
      refused(404, "not_found"),
    );
  });
});

describe("deleting a floating IP", () => {
  it("is refused while it is assigned", async () => {
    const server = await cloud.server();
    const { id } = await make({ server: server.id });
    expect(await cloud.delete(`/floating_ips/${id}`)).toMatchObject(
      refused(422, "must_be_unassigned"),
    );
    await act(id, "unassign");
    expect((await cloud.delete(`/floating_ips/${id}`)).status).toBe(204);
  });

  it("was not refused before May 2026", async () => {
    cloud = new TestCloud({ apiDate: "2026-04-30" });
    const server = await cloud.server();
    const { id, ip } = await make({ server: server.id });
    expect((await cloud.delete(`/floating_ips/${id}`)).status).toBe(204);
    expect(cloud.driver.floatingIps.get(ip)).toBeUndefined();
  });

  it("is refused under protection", async () => {
    const { id } = await make();
    await act(id, "change_protection", { delete: true });
    const answer = await cloud.delete(`/floating_ips/${id}`);
    expect(answer).toMatchObject(refused(423, "protected"));
    expect(answer.body.error.message).toBe("Floating IP deletion is protected");
  });
});

describe("reverse DNS of a floating IP", () => {
  it("is set and put back", async () => {
    const { id, ip, dns_ptr } = await make();
    expect(await act(id, "change_dns_ptr", { ip, dns_ptr: "lb.example.com" })).toBe(
      "change_dns_ptr",
    );
    expect((await read(id)).dns_ptr).toEqual([{ ip, dns_ptr: "lb.example.com" }]);
    await act(id, "change_dns_ptr", { ip, dns_ptr: null });
    expect((await read(id)).dns_ptr).toEqual(dns_ptr);
  });
});
