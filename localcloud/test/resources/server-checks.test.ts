import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const order = { name: "web", server_type: "cx23", image: "debian-13" };

describe("refusals of a new server", () => {
  it.each([
    [{ name: "web_1" }, "name", /host name/],
    [{ name: `${"a".repeat(64)}` }, "name", /host name/],
    [{ server_type: "cx99" }, "server_type", /unknown server type 'cx99'/],
    [{ image: "windows" }, "image", /unknown image 'windows' for x86/],
    [{ image: 114690389 }, "image", /unknown image '114690389' for x86/],
    [{ location: "mars" }, "location", /unknown location 'mars'/],
    [{ datacenter: "fsn1-dc14" }, "datacenter", /use location/],
    [{ ssh_keys: ["nobody"] }, "ssh_keys", /unknown SSH key 'nobody'/],
    [{ user_data: "x".repeat(32 * 1024 + 1) }, "user_data", /at most 32768 bytes/],
  ])("name the field: %j", async (overrides, field, message) => {
    expect(await cloud.post("/servers", { ...order, ...overrides })).toMatchObject(
      refused(422, "invalid_input", { [field]: message }),
    );
    expect(await cloud.ids("/servers")).toEqual([]);
    expect(await cloud.ids("/primary_ips")).toEqual([]);
  });

  it("come for the same thing twice, and for more firewalls than a server may have", async () => {
    const { volume } = await cloud.made("/volumes", { name: "v", size: 10, location: "fsn1" });
    const firewalls = [];
    for (let n = 0; n < 6; n++) {
      firewalls.push({ firewall: (await cloud.made("/firewalls", { name: `f${n}` })).firewall.id });
    }
    for (const overrides of [
      { volumes: [volume.id, volume.id] },
      { firewalls: [firewalls[0], firewalls[0]] },
      { firewalls },
    ]) {
      expect(await cloud.post("/servers", { ...order, ...overrides })).toMatchObject(
        refused(422, "invalid_input", { [Object.keys(overrides)[0]!]: /twice|at most 5/ }),
      );
    }
    expect(await cloud.ids("/servers")).toEqual([]);
  });

  it("come for an address of a family that is to be off", async () => {
    const body = { name: "p", type: "ipv4", location: "fsn1" };
    const { primary_ip } = await cloud.made("/primary_ips", body);
    const public_net = { enable_ipv4: false, ipv4: primary_ip.id };
    expect(await cloud.post("/servers", { ...order, public_net })).toMatchObject(
      refused(422, "invalid_input", { "public_net.ipv4": /enable_ipv4/ }),
    );
  });

  it("come when no public address is left, and leave nothing of the server", async () => {
    for (let n = 10; n < 200; n++) {
      await cloud.made("/primary_ips", { name: `p${n}`, type: "ipv4", location: "fsn1" });
    }
    const refusal = refused(403, "resource_limit_exceeded");
    expect(await cloud.post("/servers", order)).toMatchObject(refusal);
    expect(await cloud.ids("/servers")).toEqual([]);
    const public_net = { enable_ipv4: false };
    expect((await cloud.post("/servers", { ...order, public_net })).status).toBe(201);
  });

  it("accept user data of exactly 32 KiB", async () => {
    const { status } = await cloud.post("/servers", { ...order, user_data: "x".repeat(32 * 1024) });
    expect(status).toBe(201);
  });

  it("say that a name is taken, in one project", async () => {
    await cloud.made("/servers", order);
    const answer = await cloud.post("/servers", order);
    expect(answer).toMatchObject(refused(409, "uniqueness_error"));
    expect(answer.body.error.message).toBe("server name is already used");
  });

  it("say that a type is not sold any more", async () => {
    expect(await cloud.post("/servers", { ...order, server_type: "cx11" })).toMatchObject(
      refused(412, "resource_unavailable"),
    );
  });

  it("say that a server without interface cannot start", async () => {
    const public_net = { enable_ipv4: false, enable_ipv6: false };
    expect(await cloud.post("/servers", { ...order, public_net })).toMatchObject(
      refused(422, "service_error"),
    );
    const off = { ...order, public_net, start_after_create: false };
    expect((await cloud.post("/servers", off)).status).toBe(201);
  });

  it.each(["networks", "volumes"])("say that one of the %s does not exist", async (key) => {
    expect(await cloud.post("/servers", { ...order, [key]: [4711] })).toMatchObject(
      refused(404, "not_found"),
    );
    expect(await cloud.ids("/servers")).toEqual([]);
  });

  it("say why a primary IP cannot be used", async () => {
    const ip = async (type: string, location: string) =>
      (await cloud.made("/primary_ips", { name: `${type}-${location}`, type, location })).primary_ip
        .id;
    const refusedWith = async (ipv4: number) =>
      (await cloud.post("/servers", { ...order, public_net: { ipv4 } })).body.error.code;
    expect(await refusedWith(await ip("ipv6", "fsn1"))).toBe("primary_ip_version_mismatch");
    expect(await refusedWith(await ip("ipv4", "hel1"))).toBe("primary_ip_datacenter_mismatch");
    const used = await ip("ipv4", "fsn1");
    await cloud.server({ public_net: { ipv4: used } });
    expect(await refusedWith(used)).toBe("primary_ip_assigned");
  });

  it("say that a placement group is full", async () => {
    const { placement_group } = await cloud.made("/placement_groups", {
      name: "g",
      type: "spread",
    });
    const member = { placement_group: placement_group.id };
    for (let n = 0; n < 10; n++) await cloud.server(member);
    const answer = await cloud.post("/servers", { ...order, ...member });
    expect(answer).toMatchObject(refused(412, "placement_error"));
    expect(answer.body.error.message).toBe(
      `placement group with ID ${placement_group.id} contains already 10 servers`,
    );
  });
});
