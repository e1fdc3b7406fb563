import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
let id: number;

beforeEach(async () => {
  cloud = new TestCloud();
  id = (await cloud.network("network", [1])).id;
});

const act = (command: string, body: object) =>
  cloud.post(`/networks/${id}/actions/${command}`, body);
const read = async () => (await cloud.get(`/networks/${id}`)).body.network;
const subnet = (overrides: object = {}) => ({
  type: "cloud",
  ip_range: "10.0.2.0/24",
  network_zone: "eu-central",
  ...overrides,
});

describe("subnets", () => {
  it("are added and removed by actions that name the network", async () => {
    const added = await act("add_subnet", subnet());
    expect(added.body.action).toMatchObject({
      command: "add_subnet",
      resources: [{ id, type: "network" }],
    });
    expect((await read()).subnets).toHaveLength(2);
    const removed = await act("delete_subnet", { ip_range: "10.0.2.0/24" });
    expect(removed.body.action.command).toBe("delete_subnet");
    expect((await read()).subnets).toMatchObject([{ ip_range: "10.0.1.0/24" }]);
  });

  it("get the first free /24 if they name no range", async () => {
    await cloud.acted(`/networks/${id}/actions/add_subnet`, subnet({ ip_range: undefined }));
    await cloud.acted(`/networks/${id}/actions/add_subnet`, subnet({ ip_range: undefined }));
    const ranges = (await read()).subnets.map(({ ip_range }: { ip_range: string }) => ip_range);
    expect(ranges).toEqual(["10.0.1.0/24", "10.0.0.0/24", "10.0.2.0/24"]);
  });

  it.each([
    [{ ip_range: "10.0.1.128/25" }, "ip_range", /overlaps/],
    [{ ip_range: "10.1.0.0/24" }, "ip_range", /inside 10\.0\.0\.0\/16/],
    [{ ip_range: "10.0.2.0/31" }, "ip_range", /\/30 or larger/],
    [{ network_zone: "mars" }, "network_zone", /unknown zone 'mars'/],
    [{ network_zone: "us-east" }, "network_zone", /one zone/],
    [{ type: "bridge" }, "type", /option/],
  ])("are refused with %j", async (overrides, field, message) => {
    expect(await act("add_subnet", subnet(overrides))).toMatchObject(
      refused(422, "invalid_input", { [field]: message }),
    );
    expect((await read()).subnets).toHaveLength(1);
  });

  it("are refused where a route leads", async () => {
    await act("add_route", { destination: "10.0.2.0/24", gateway: "10.0.1.5" });
    expect(await act("add_subnet", subnet())).toMatchObject(
      refused(422, "invalid_input", { ip_range: /overlaps/ }),
    );
  });

  it("of a vSwitch are a service error", async () => {
    const answer = await act("add_subnet", subnet({ type: "vswitch", vswitch_id: 1 }));
    expect(answer).toMatchObject(refused(422, "service_error"));
    expect(answer.body.error.message).toBe("vswitch not found");
  });

  it("are 50 at most", async () => {
    for (let n = 2; n <= 50; n++) {
      await cloud.acted(`/networks/${id}/actions/add_subnet`, subnet({ ip_range: undefined }));
    }
    expect(await act("add_subnet", subnet({ ip_range: undefined }))).toMatchObject({
      status: 403,
      body: {
        error: { code: "resource_limit_exceeded", details: { limits: [{ name: "subnet_limit" }] } },
      },
    });
  });

  it("stay while a server has an address in them", async () => {
    const server = await cloud.server({ networks: [id] });
    const answer = await act("delete_subnet", { ip_range: "10.0.1.0/24" });
    expect(answer).toMatchObject(refused(422, "service_error"));
    expect(answer.body.error.message).toBe("network has attached resources");
    await cloud.acted(`/servers/${server.id}/actions/detach_from_network`, { network: id });
    expect((await act("delete_subnet", { ip_range: "10.0.1.0/24" })).status).toBe(201);
  });

  it("stay while a server has an alias address in them", async () => {
    await cloud.acted(`/networks/${id}/actions/add_subnet`, subnet({ ip_range: "10.0.2.0/24" }));
    const server = await cloud.server();
    const where = { network: id, ip: "10.0.1.5", alias_ips: ["10.0.2.5"] };
    await cloud.acted(`/servers/${server.id}/actions/attach_to_network`, where);
    const answer = await act("delete_subnet", { ip_range: "10.0.2.0/24" });
    expect(answer).toMatchObject(refused(422, "service_error"));
  });

  it("that do not exist are not found", async () => {
    expect(await act("delete_subnet", { ip_range: "10.0.9.0/24" })).toMatchObject(
      refused(404, "not_found"),
    );
  });
});

describe("routes", () => {
  const route = { destination: "192.168.0.0/24", gateway: "10.0.1.7" };

  it("are added and removed, also to an address that no server has", async () => {
    await cloud.acted(`/networks/${id}/actions/add_route`, route);
    expect((await read()).routes).toEqual([route]);
    await cloud.acted(`/networks/${id}/actions/delete_route`, route);
    expect((await read()).routes).toEqual([]);
    expect(await act("delete_route", route)).toMatchObject(refused(404, "not_found"));
  });

  it.each([
    [{ destination: "8.8.8.0/24" }, "destination", /private block or 0\.0\.0\.0\/0/],
    [{ destination: "10.0.1.0/28" }, "destination", /overlaps/],
    [{ destination: "10.0.0.0/24" }, "destination", /reserved address/],
    [{ destination: "172.31.0.0/16" }, "destination", /reserved address/],
    [{ gateway: "10.0.0.1" }, "gateway", /other than its first/],
    [{ gateway: "192.168.0.1" }, "gateway", /address of the network/],
    [{ gateway: "172.31.1.1" }, "gateway", /other than its first/],
    [{ gateway: "somewhere" }, "gateway", /must be an address/],
  ])("are refused with %j", async (overrides, field, message) => {
    expect(await act("add_route", { ...route, ...overrides })).toMatchObject(
      refused(422, "invalid_input", { [field]: message }),
    );
  });

  it.each(["192.168.0.0/24", "192.168.0.128/25", "192.168.0.0/16"])(
    "exist once for what overlaps with %s",
    async (destination) => {
      await act("add_route", route);
      expect(await act("add_route", { destination, gateway: "10.0.1.8" })).toMatchObject(
        refused(422, "invalid_input", { destination: /another route/ }),
      );
    },
  );

  it("to everywhere are beside all others, once", async () => {
    const everywhere = { destination: "0.0.0.0/0", gateway: "10.0.1.7" };
    await cloud.acted(`/networks/${id}/actions/add_route`, everywhere);
    await cloud.acted(`/networks/${id}/actions/add_route`, route);
    expect(cloud.driver.networks.get(id)!.routes).toEqual([everywhere, route]);
    expect(await act("add_route", everywhere)).toMatchObject(
      refused(422, "invalid_input", { destination: /another route/ }),
    );
    await cloud.acted(`/networks/${id}/actions/delete_route`, everywhere);
    expect(cloud.driver.networks.get(id)!.routes).toEqual([route]);
  });
});

describe("change_ip_range", () => {
  it("widens the network", async () => {
    await cloud.acted(`/networks/${id}/actions/change_ip_range`, { ip_range: "10.0.0.0/12" });
    expect((await read()).ip_range).toBe("10.0.0.0/12");
  });

  it.each(["10.0.0.0/17", "10.4.0.0/14"])("refuses %s", async (ip_range) => {
    expect(await act("change_ip_range", { ip_range })).toMatchObject(
      refused(422, "invalid_input", { ip_range: /only be extended/ }),
    );
    expect((await read()).ip_range).toBe("10.0.0.0/16");
  });
});
