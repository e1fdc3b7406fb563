import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

describe("networks", () => {
  it("show what they were made with", async () => {
    const cloud = new TestCloud();
    const { network } = await cloud.made("/networks", {
      name: "private",
      ip_range: "10.0.0.0/16",
      subnets: [{ type: "cloud", ip_range: "10.0.16.0/24", network_zone: "eu-central" }],
      routes: [{ destination: "0.0.0.0/0", gateway: "10.0.16.2" }],
      labels: { a: "b" },
    });
    expect(network).toEqual({
      id: expect.any(Number),
      name: "private",
      ip_range: "10.0.0.0/16",
      // The gateway is the first address of the network, not of the subnet.
      subnets: [
        {
          type: "cloud",
          ip_range: "10.0.16.0/24",
          network_zone: "eu-central",
          gateway: "10.0.0.1",
          vswitch_id: null,
        },
      ],
      routes: [{ destination: "0.0.0.0/0", gateway: "10.0.16.2" }],
      servers: [],
      load_balancers: [],
      protection: { delete: false },
      labels: { a: "b" },
      created: "2026-11-02T12:00:00+00:00",
      expose_routes_to_vswitch: false,
    });
    expect((await cloud.get("/networks?name=private")).body.networks).toEqual([network]);
    expect(cloud.driver.calls).toEqual([`setNetwork ${network.id}`]);
  });

  it("can be renamed and exposed", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.network();
    const wanted = { name: "new", expose_routes_to_vswitch: true };
    expect((await cloud.put(`/networks/${id}`, wanted)).body.network).toMatchObject(wanted);
  });

  it("are refused with a name that is taken", async () => {
    const cloud = new TestCloud();
    await cloud.network("one");
    const answer = await cloud.post("/networks", { name: "one", ip_range: "10.9.0.0/16" });
    expect(answer).toMatchObject(refused(409, "uniqueness_error"));
    expect(answer.body.error.message).toBe("name is already used");
    expect((await cloud.get("/networks")).body.networks).toHaveLength(1);
  });

  it.each(["8.8.8.0/24", "10.0.0.0/25", "10.0.0.1/16", "10.0.0.0", "fd00::/8"])(
    "are refused with the range %s",
    async (ip_range) => {
      expect(await new TestCloud().post("/networks", { name: "n", ip_range })).toMatchObject(
        refused(422, "invalid_input", { ip_range: /private IPv4 block/ }),
      );
    },
  );

  it("are not deleted while they are protected", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.network();
    const path = `/networks/${id}/actions/change_protection`;
    expect(await cloud.acted(path, { delete: true })).toBe("change_protection");
    const answer = await cloud.delete(`/networks/${id}`);
    expect(answer).toMatchObject(refused(423, "protected"));
    expect(answer.body.error.message).toBe("network is delete protected");
    await cloud.acted(path, { delete: false });
    expect((await cloud.delete(`/networks/${id}`)).status).toBe(204);
  });

  it("take their interfaces off the servers when they are deleted", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.network();
    const server = await cloud.server({ networks: [id] });
    expect(server.private_net).toMatchObject([{ network: id, ip: "10.0.1.1" }]);
    expect((await cloud.delete(`/networks/${id}`)).status).toBe(204);
    expect((await cloud.get(`/servers/${server.id}`)).body.server.private_net).toEqual([]);
    expect(cloud.driver.calls.slice(-2)).toEqual([
      `detachNetwork ${server.id}`,
      `removeNetwork ${id}`,
    ]);
  });
});
