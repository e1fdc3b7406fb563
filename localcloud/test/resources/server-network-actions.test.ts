import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
let network: number;
let id: number;

beforeEach(async () => {
  cloud = new TestCloud();
  network = (await cloud.network("network", [1, 2])).id;
  id = (await cloud.server()).id;
});

const act = (path: string, body: object, server = id) =>
  cloud.post(`/servers/${server}/actions/${path}`, body);
const attach = (body: object = {}, server = id) =>
  act("attach_to_network", { network, ...body }, server);
const nics = async (server = id) => (await cloud.get(`/servers/${server}`)).body.server.private_net;

describe("attaching a server to a network", () => {
  it("is an action of both, and shows on both", async () => {
    const { body } = await attach();
    expect(body.action).toMatchObject({
      command: "attach_to_network",
      resources: [
        { id, type: "server" },
        { id: network, type: "network" },
      ],
    });
    expect(await nics()).toEqual([
      { network, ip: "10.0.2.1", alias_ips: [], mac_address: expect.stringMatching(/^86:00:00:/) },
    ]);
    expect((await cloud.get(`/networks/${network}`)).body.network.servers).toEqual([id]);
    expect(cloud.driver.calls.at(-1)).toBe(`attachNetwork ${id}`);
  });

  it("takes the lowest free address of the range that is named", async () => {
    await attach({ ip_range: "10.0.1.0/24" });
    const other = await cloud.server();
    await attach({ ip_range: "10.0.1.0/24" }, other.id);
    expect([(await nics())[0].ip, (await nics(other.id))[0].ip]).toEqual(["10.0.1.1", "10.0.1.2"]);
  });

  it("skips the network's gateway in the first subnet", async () => {
    const { id: first } = await cloud.network("first", []);
    const subnet = { type: "cloud", ip_range: "10.0.0.0/24", network_zone: "eu-central" };
    await cloud.made(`/networks/${first}/actions/add_subnet`, subnet);
    await act("attach_to_network", { network: first });
    expect((await nics())[0].ip).toBe("10.0.0.2");
  });

  it("takes the address and the aliases that are asked for", async () => {
    await attach({ ip: "10.0.1.9", alias_ips: ["10.0.1.10", "10.0.2.10"] });
    expect(await nics()).toMatchObject([{ ip: "10.0.1.9", alias_ips: ["10.0.1.10", "10.0.2.10"] }]);
  });

  it.each([
    [{ ip: "10.0.3.1" }, "ip", /not available in a subnet/],
    [{ ip: "10.0.1.255" }, "ip", /not available/],
    [{ ip: "10.0.1.0" }, "ip", /not available/],
    [{ ip: "10.0.1.5", ip_range: "10.0.2.0/24" }, "ip", /outside of ip_range/],
    [{ alias_ips: ["10.0.3.1"] }, "alias_ips", /not available/],
    [{ alias_ips: [3, 4, 5, 6, 7, 8].map((n) => `10.0.1.${n}`) }, "alias_ips", /at most 5/],
  ])("is refused with %j", async (body, field, message) => {
    expect(await attach(body)).toMatchObject(refused(422, "invalid_input", { [field]: message }));
    expect(await nics()).toEqual([]);
  });

  it("is refused with an address or alias that another server has", async () => {
    const other = await cloud.server();
    await attach({ ip: "10.0.1.5", alias_ips: ["10.0.1.6"] }, other.id);
    for (const body of [{ ip: "10.0.1.5" }, { ip: "10.0.1.6" }, { alias_ips: ["10.0.1.5"] }]) {
      expect(await attach(body)).toMatchObject(refused(422, "ip_not_available"));
    }
  });

  it("is refused twice", async () => {
    await attach();
    expect(await attach()).toMatchObject(refused(422, "server_already_attached"));
  });

  it("is refused without a subnet", async () => {
    const { id: empty } = await cloud.network("empty", []);
    const answer = await act("attach_to_network", { network: empty });
    expect(answer).toMatchObject(refused(422, "no_subnet_available"));
    const unknown = await attach({ ip_range: "10.0.7.0/24" });
    expect(unknown).toMatchObject(refused(422, "no_subnet_available"));
  });

  it("is refused to networks that overlap", async () => {
    const { id: twin } = await cloud.network("twin", [1]);
    await attach();
    expect(await act("attach_to_network", { network: twin })).toMatchObject(
      refused(422, "networks_overlap"),
    );
  });

  it("is refused for a fourth network", async () => {
    for (const n of [1, 2, 3, 4]) {
      const body = {
        name: `n${n}`,
        ip_range: `10.${n}.0.0/16`,
        subnets: [{ type: "cloud", ip_range: `10.${n}.0.0/24`, network_zone: "eu-central" }],
      };
      const { id: more } = (await cloud.made("/networks", body)).network;
      const { status } = await act("attach_to_network", { network: more });
      expect(status).toBe(n <= 3 ? 201 : 403);
    }
    expect(await nics()).toHaveLength(3);
  });

  it("leaves no trace if the machine fails", async () => {
    cloud.driver.failing = { attachNetwork: "no such namespace" };
    const { body } = await attach();
    expect(body.action).toMatchObject({ status: "error", error: { message: "no such namespace" } });
    expect(await nics()).toEqual([]);
  });
});

describe("alias addresses", () => {
  it("are replaced, and free for others then", async () => {
    await attach({ ip: "10.0.1.2", alias_ips: ["10.0.1.3"] });
    const other = await cloud.server();
    await attach({ ip: "10.0.1.4" }, other.id);
    const take = () => act("change_alias_ips", { network, alias_ips: ["10.0.1.3"] }, other.id);
    expect(await take()).toMatchObject(refused(422, "ip_not_available"));
    await cloud.acted(`/servers/${id}/actions/change_alias_ips`, { network, alias_ips: [] });
    expect((await take()).status).toBe(201);
    expect((await nics())[0].alias_ips).toEqual([]);
    expect((await nics(other.id))[0].alias_ips).toEqual(["10.0.1.3"]);
  });

  it("are neither the server's own address nor given twice", async () => {
    await attach({ ip: "10.0.1.2" });
    for (const alias_ips of [["10.0.1.2"], ["10.0.1.3", "10.0.1.3"]]) {
      expect(await act("change_alias_ips", { network, alias_ips })).toMatchObject(
        refused(422, "ip_not_available"),
      );
    }
  });

  it("need an attachment", async () => {
    const answer = await act("change_alias_ips", { network, alias_ips: [] });
    expect(answer).toMatchObject(refused(404, "not_found"));
  });
});

describe("detaching a server", () => {
  it("frees its address", async () => {
    await attach();
    const command = await cloud.acted(`/servers/${id}/actions/detach_from_network`, { network });
    expect(command).toBe("detach_from_network");
    expect(await nics()).toEqual([]);
    expect((await cloud.get(`/networks/${network}`)).body.network.servers).toEqual([]);
    expect(await act("detach_from_network", { network })).toMatchObject(refused(404, "not_found"));
  });
});
