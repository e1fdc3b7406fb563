import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Values } from "../../../plugin/values";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { PluginProcess, without, type Recorded } from "../../plugin/plugin-process";
import { labels, officialState, publicKey, type Made } from "./official-state";

const cloud = new MemoryCloud();
let plugin: PluginProcess;
/** Each resource as the stand-in recorded it, in the order of creation. */
const own: Record<string, Recorded> = {};
/** The same resources as the official plugin records them. */
let official: Record<string, Recorded>;

async function call(path: string): Promise<Record<string, never>> {
  const headers = { authorization: `Bearer ${cloud.token}` };
  return (await (await fetch(`${cloud.address}${path}`, { headers })).json()) as never;
}

async function make(name: string, type: string, inputs: Values): Promise<number> {
  own[name] = await plugin.create(`hcloud:index/${type}`, inputs);
  return Number(own[name].id);
}

/** Makes every resource through the stand-in. */
async function makeAll(): Promise<Made> {
  const sshKey = await make("sshKey", "sshKey:SshKey", { name: "deploy", publicKey, labels });
  const net = { name: "net", ipRange: "10.0.0.0/16", labels };
  const network = await make("network", "network:Network", net);
  const subnet = { networkId: network, type: "cloud", networkZone: "eu-central" };
  await make("subnet", "networkSubnet:NetworkSubnet", { ...subnet, ipRange: "10.0.1.0/24" });
  const spread = { name: "spread", type: "spread", labels };
  const placementGroup = await make("placementGroup", "placementGroup:PlacementGroup", spread);
  const rule = { direction: "in", protocol: "tcp", port: "22", sourceIps: ["192.0.2.7/32"] };
  const firewall = await make("firewall", "firewall:Firewall", {
    ...{ name: "fw", labels, rules: [rule] },
  });
  const server = await make("server", "server:Server", {
    ...{ name: "web-1", serverType: "cx23", image: "debian-13", location: "nbg1", labels },
    ...{ firewallIds: [firewall], placementGroupId: placementGroup },
    publicNets: [{ ipv4Enabled: true, ipv6Enabled: true }],
  });
  await make("serverNetwork", "serverNetwork:ServerNetwork", {
    ...{ serverId: server, subnetId: `${network}-10.0.1.0/24`, ip: "10.0.1.10" },
  });
  const edge = { name: "edge", type: "ipv4", homeLocation: "nbg1", labels };
  const floatingIp = await make("floatingIp", "floatingIp:FloatingIp", edge);
  const assignment = { floatingIpId: floatingIp, serverId: server };
  await make("floatingIpAssignment", "floatingIpAssignment:FloatingIpAssignment", assignment);
  const data = { name: "data", size: 10, location: "nbg1", format: "ext4", labels };
  const volume = await make("volume", "volume:Volume", data);
  const attachment = { volumeId: volume, serverId: server };
  await make("volumeAttachment", "volumeAttachment:VolumeAttachment", attachment);
  return {
    ...{ sshKey, network, placementGroup, firewall, server, floatingIp, volume },
    serverIpv4: own.server!.outputs.ipv4Address as string,
    serverIpv6Network: own.server!.outputs.ipv6Network as string,
    macAddress: own.serverNetwork!.outputs.macAddress as string,
    floatingAddress: own.floatingIp!.outputs.ipAddress as string,
  };
}

beforeAll(async () => {
  await cloud.start();
  plugin = await PluginProcess.start("offline/hcloud", {
    endpoint: cloud.address,
    token: cloud.token,
  });
  official = officialState(await makeAll());
}, 60_000);
afterAll(async () => {
  plugin.stop();
  await cloud.stop();
});

const names = [
  ...["sshKey", "network", "subnet", "placementGroup", "firewall", "server", "serverNetwork"],
  ...["floatingIp", "floatingIpAssignment", "volume", "volumeAttachment"],
];

/** What a program gives: inputs without what a plugin adds. */
function program(inputs: Values): Values {
  return JSON.parse(JSON.stringify(inputs), (key, value) =>
    key === "__defaults" ? undefined : value,
  ) as Values;
}

describe.each(names)("the stand-in's state of a %s", (name) => {
  it("has the id among its outputs after it was made, read and updated", async () => {
    const { id, outputs, inputs } = own[name]!;
    expect(outputs.id).toBe(id);
    expect((await plugin.read(own[name]!)).outputs.id).toBe(id);
    const isFixed = ["subnet", "volumeAttachment"].includes(name);
    if (!isFixed) expect((await plugin.update(own[name]!, inputs)).outputs.id).toBe(id);
  });

  it("has the inputs of the official plugin, `__defaults` included", () => {
    expect(own[name]!.inputs).toEqual(official[name]!.inputs);
  });

  it("that was written without an id is read and planned without a change", async () => {
    const old = { ...own[name]!, outputs: without("id", own[name]!.outputs) };
    expect(await plugin.diff(old, old.inputs)).toEqual([]);
    const now = await plugin.read(old);
    expect(now.inputs).toEqual(old.inputs);
    expect(await plugin.diff(now, now.inputs)).toEqual([]);
  });
});

describe.each(names)("the official plugin's state of a %s", (name) => {
  it("is planned without a change, before and after it was read", async () => {
    const old = official[name]!;
    const news = await plugin.check(old.type, program(old.inputs), old.inputs);
    expect(await plugin.diff(old, news)).toEqual([]);
    const now = await plugin.read(old);
    expect(now.inputs).toEqual(old.inputs);
    expect(await plugin.diff(now, news)).toEqual([]);
  });

  it("loses the delta that fits other outputs when it is read, and keeps the rest beside them", async () => {
    const { outputs } = await plugin.read(official[name]!);
    expect(outputs).not.toHaveProperty("__pulumi_raw_state_delta");
    expect(outputs.__meta).toEqual(official[name]!.outputs.__meta);
    expect(outputs.id).toBe(official[name]!.id);
  });
});

describe("an official server whose network is a resource of its own", () => {
  const networksOf = async (id: string) => {
    const { server } = await call(`/servers/${id}`);
    return (server as unknown as { private_net: { ip: string }[] }).private_net.map(({ ip }) => ip);
  };

  it("stays in its network when something else is updated after a refresh", async () => {
    const now = await plugin.read(official.server!);
    expect(now.outputs.networks).toEqual([]);
    const inputs = { ...program(now.inputs), labels: { stack: "test", more: "1" } };
    const news = await plugin.check(now.type, inputs, now.inputs);
    expect(await plugin.diff(now, news)).toEqual(["labels.more"]);
    const after = await plugin.update(now, news);
    expect(after.outputs).toMatchObject({ id: now.id, labels: { more: "1" } });
    expect(after.outputs).not.toHaveProperty("__pulumi_raw_state_delta");
    expect(await networksOf(now.id)).toEqual(["10.0.1.10"]);
  });

  it("is told nothing but what changed, with the zeros that the official plugin writes for no address", async () => {
    const { id } = official.server!;
    const known = async () => (await call(`/servers/${id}/actions`)).actions;
    const before = await known();
    const labels = { stack: "test", other: "1" };
    const news = await plugin.check(official.server!.type, {
      ...{ ...program(official.server!.inputs), labels },
    });
    const after = await plugin.update(official.server!, news);
    expect(after.outputs).toMatchObject({
      labels,
      ipv4Address: official.server!.outputs.ipv4Address,
    });
    expect(await known()).toEqual(before);
  });

  it("stays in it also when an older refresh has written the network into its state", async () => {
    const { network } = official;
    const networks = [{ networkId: Number(network!.id), ip: "10.0.1.10", aliasIps: [] }];
    const old = official.server!;
    const filled = { ...old, outputs: { ...old.outputs, networks } };
    expect(await plugin.diff(filled, filled.inputs)).toEqual([]);
    await plugin.update(filled, filled.inputs);
    expect(await networksOf(filled.id)).toEqual(["10.0.1.10"]);
    expect((await plugin.read(filled)).outputs.networks ?? []).toEqual([]);
  });
});

it("an official server keeps its own IPv4 address when it loses its IPv6 one, which is deleted", async () => {
  const old = official.server!;
  const publicNets = [{ ipv4Enabled: true, ipv6Enabled: false }];
  const news = await plugin.check(old.type, { ...program(old.inputs), publicNets });
  const after = await plugin.update(old, news);
  expect(after.outputs.ipv4Address).toBe(old.outputs.ipv4Address);
  const { primary_ips: left } = await call("/primary_ips");
  expect(left).toEqual([expect.objectContaining({ ip: old.outputs.ipv4Address })]);
});

it("resources in the official plugin's state are deleted, and nothing is left", async () => {
  for (const name of [...names].reverse()) await plugin.delete(official[name]!);
  const lists = ["servers", "networks", "firewalls", "volumes", "floating_ips", "ssh_keys"];
  for (const list of [...lists, "placement_groups"]) {
    expect((await call(`/${list}`))[list]).toEqual([]);
  }
});
