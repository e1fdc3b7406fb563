import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

const none = { enable_ipv4: false, enable_ipv6: false };
let cloud: TestCloud;
let network: number;

beforeEach(async () => {
  cloud = new TestCloud();
  network = (await cloud.network("network", [1, 2])).id;
});

const read = async (id: number) => (await cloud.get(`/servers/${id}`)).body.server;

describe("a server without public addresses", () => {
  it("has none, and no primary IP", async () => {
    const server = await cloud.server({ public_net: none, networks: [network] });
    expect(server).toMatchObject({
      status: "running",
      public_net: { ipv4: null, ipv6: null, floating_ips: [], firewalls: [] },
      private_net: [{ network, ip: "10.0.2.1", alias_ips: [] }],
    });
    expect(await cloud.ids("/primary_ips")).toEqual([]);
    expect(cloud.driver.machines.get(server.id)!.spec.publicNic).toBeUndefined();
    expect(cloud.driver.privateNics.get(server.id)).toMatchObject([
      { ip: "10.0.2.1", gateway: "10.0.0.1", networkIpRange: "10.0.0.0/16" },
    ]);
  });

  it("is made as the official provider does it: off, attached with its address, then started", async () => {
    const { id } = await cloud.serverOff({ public_net: none });
    expect(await cloud.post(`/servers/${id}/actions/poweron`)).toMatchObject(
      refused(422, "service_error"),
    );
    const attachment = { network, ip: "10.0.1.11", alias_ips: ["10.0.1.12"] };
    await cloud.acted(`/servers/${id}/actions/attach_to_network`, attachment);
    await cloud.acted(`/servers/${id}/actions/poweron`);
    expect(await read(id)).toMatchObject({ status: "running", private_net: [attachment] });
    expect(cloud.driver.calls.slice(-2)).toEqual([`attachNetwork ${id}`, `powerOn ${id}`]);
  });

  it("loses its last public address by an unassigned primary IP, and gets one back", async () => {
    const server = await cloud.server({
      public_net: { ...none, enable_ipv4: true },
      networks: [network],
    });
    const ip = server.public_net.ipv4.id;
    await cloud.acted(`/servers/${server.id}/actions/poweroff`);
    await cloud.acted(`/primary_ips/${ip}/actions/unassign`);
    await cloud.acted(`/servers/${server.id}/actions/poweron`);
    expect((await read(server.id)).public_net).toMatchObject({ ipv4: null, ipv6: null });
  });

  it("takes no firewall, neither when it is made nor later", async () => {
    const { firewall } = await cloud.made("/firewalls", { name: "fw" });
    const code = refused(422, "private_net_only_server");
    const order = { name: "app", server_type: "cx23", image: "debian-13", public_net: none };
    const firewalls = [{ firewall: firewall.id }];
    expect(
      await cloud.post("/servers", { ...order, networks: [network], firewalls }),
    ).toMatchObject(code);
    expect(await cloud.ids("/servers")).toEqual([]);
    const { id } = await cloud.server({ public_net: none, networks: [network] });
    const apply_to = [{ type: "server", server: { id } }];
    const path = `/firewalls/${firewall.id}/actions/apply_to_resources`;
    expect(await cloud.post(path, { apply_to })).toMatchObject(code);
  });
});
