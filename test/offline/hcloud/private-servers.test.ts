import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { PluginProcess, type Recorded } from "../../plugin/plugin-process";

const cloud = new MemoryCloud();
let plugin: PluginProcess;
let network: Recorded;
let subnet: Recorded;

beforeAll(async () => {
  await cloud.start();
  plugin = await PluginProcess.start("offline/hcloud", {
    endpoint: cloud.address,
    token: cloud.token,
  });
  const net = { name: "net", ipRange: "10.0.0.0/16" };
  network = await plugin.create("hcloud:index/network:Network", net);
  subnet = await plugin.create("hcloud:index/networkSubnet:NetworkSubnet", {
    ...{ networkId: Number(network.id), type: "cloud", networkZone: "eu-central" },
    ipRange: "10.0.1.0/24",
  });
}, 60_000);
afterAll(async () => {
  plugin.stop();
  await cloud.stop();
});

const type = "hcloud:index/server:Server";
const order = { name: "app-1", serverType: "cx23", image: "debian-13", location: "nbg1" };
const publicNets = [{ ipv4Enabled: false, ipv6Enabled: false }];
const inlined = (ip: string, aliasIps: string[] = []) => ({
  ...{ ...order, publicNets, networks: [{ networkId: Number(network.id), ip, aliasIps }] },
});

async function view(id: string) {
  const headers = { authorization: `Bearer ${cloud.token}` };
  const answer = await fetch(`${cloud.address}/servers/${id}`, { headers });
  return ((await answer.json()) as { server: Record<string, unknown> }).server;
}

describe("a server with private addresses alone", () => {
  it("is refused without an inline network, as by the Go client", async () => {
    await expect(plugin.create(type, { ...order, publicNets })).rejects.toThrow(
      "missing networks or StartAfterCreate == false when EnableIPv4 and EnableIPv6 is false",
    );
  });

  it("is made, planned, read, changed and deleted", async () => {
    const made = await plugin.create(type, inlined("10.0.1.11"));
    expect(made.outputs).toMatchObject({
      status: "running",
      networks: [{ ip: "10.0.1.11", aliasIps: [] }],
    });
    for (const key of ["ipv4Address", "ipv6Address", "ipv6Network"]) {
      expect(made.outputs[key] ?? "").toBe("");
    }
    expect(await view(made.id)).toMatchObject({ public_net: { ipv4: null, ipv6: null } });
    const now = await plugin.read(made);
    expect(
      await plugin.diff(now, await plugin.check(type, inlined("10.0.1.11"), now.inputs)),
    ).toEqual([]);
    const news = await plugin.check(type, inlined("10.0.1.12", ["10.0.1.20"]), now.inputs);
    const moved = await plugin.update(now, news);
    expect(await view(made.id)).toMatchObject({
      status: "running",
      private_net: [{ ip: "10.0.1.12", alias_ips: ["10.0.1.20"] }],
    });
    await plugin.delete(moved);
    expect((await plugin.read(moved)).id).toBe("");
  });

  it("gets a public address by an update, and gives it back", async () => {
    const made = await plugin.create(type, inlined("10.0.1.11"));
    const open = {
      ...inlined("10.0.1.11"),
      publicNets: [{ ipv4Enabled: true, ipv6Enabled: false }],
    };
    const opened = await plugin.update(made, await plugin.check(type, open, made.inputs));
    expect(opened.outputs.ipv4Address).toMatch(/^198\.18\.0\./);
    const back = await plugin.check(type, inlined("10.0.1.11"), opened.inputs);
    const closed = await plugin.update(opened, back);
    expect(await view(made.id)).toMatchObject({
      status: "running",
      public_net: { ipv4: null, ipv6: null },
    });
    await plugin.delete(closed);
  });
});

describe("a route of a network", () => {
  const route = () => ({
    ...{ networkId: Number(network.id), destination: "0.0.0.0/0", gateway: "10.0.1.7" },
  });
  const kind = "hcloud:index/networkRoute:NetworkRoute";

  it("is made, read and deleted; one that is gone already is fine", async () => {
    const made = await plugin.create(kind, route());
    expect(made.id).toBe(`${network.id}-0.0.0.0/0`);
    expect(made.outputs).toMatchObject(route());
    expect((await plugin.read(made)).outputs).toMatchObject(route());
    await plugin.delete(made);
    expect((await plugin.read(made)).id).toBe("");
    await plugin.delete(made);
  });

  it("stays beside the subnet, which is deleted after the servers", async () => {
    const made = await plugin.create(kind, route());
    expect((await plugin.read(subnet)).id).toBe(subnet.id);
    await plugin.delete(made);
  });
});
