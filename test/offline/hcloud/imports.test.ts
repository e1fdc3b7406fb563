import { afterAll, beforeAll, expect, it } from "vitest";
import type { Values } from "../../../plugin/values";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { PluginProcess } from "../../plugin/plugin-process";
import { publicKey } from "./official-state";

const cloud = new MemoryCloud();
let plugin: PluginProcess;

beforeAll(async () => {
  await cloud.start();
  plugin = await PluginProcess.start("offline/hcloud", {
    endpoint: cloud.address,
    token: cloud.token,
  });
}, 60_000);
afterAll(async () => {
  plugin.stop();
  await cloud.stop();
});

/** Makes a resource, imports it by its id, and expects the same outputs and nothing to change. */
async function made(type: string, inputs: Values, form: RegExp): Promise<Values & { id: string }> {
  const one = await plugin.create(`hcloud:index/${type}`, inputs);
  expect(one.id).toMatch(form);
  const found = await plugin.read({ ...one, inputs: {}, outputs: {} });
  expect(found.id, type).toBe(one.id);
  expect(one.outputs, type).toMatchObject(found.outputs);
  const news = await plugin.check(one.type, found.inputs, found.inputs);
  expect(await plugin.diff(found, news), type).toEqual([]);
  return one.outputs as Values & { id: string };
}

it("everything is imported by the id that the official plugin takes, and then plans no change", async () => {
  const id = /^\d+$/;
  await made("sshKey:SshKey", { name: "deploy", publicKey }, id);
  await made("volume:Volume", { name: "data", size: 10, location: "nbg1" }, id);
  const network = await made("network:Network", { name: "net", ipRange: "10.0.0.0/16" }, id);
  const networkId = Number(network.id);
  const zone = { networkId, type: "cloud", networkZone: "eu-central", ipRange: "10.0.1.0/24" };
  await made("networkSubnet:NetworkSubnet", zone, /^\d+-10\.0\.1\.0\/24$/);
  const route = { networkId, destination: "192.168.0.0/24", gateway: "10.0.1.7" };
  await made("networkRoute:NetworkRoute", route, /^\d+-192\.168\.0\.0\/24$/);
  const order = { name: "web-1", serverType: "cx23", image: "debian-13", location: "nbg1" };
  const server = await made("server:Server", order, id);
  const serverId = Number(server.id);
  await made("serverNetwork:ServerNetwork", { serverId, networkId }, /^\d+-\d+$/);
  const edge = { name: "edge", type: "ipv4", homeLocation: "nbg1" };
  const floating = await made("floatingIp:FloatingIp", edge, id);
  const floatingIpId = Number(floating.id);
  await made("floatingIpAssignment:FloatingIpAssignment", { floatingIpId, serverId }, id);
  const names = { floatingIpId, ipAddress: floating.ipAddress, dnsPtr: "a.example" };
  await made("rdns:Rdns", names, /^f-\d+-198\.18\.0\.\d+$/);
  const own = { serverId, ipAddress: server.ipv6Address, dnsPtr: "b.example" };
  await made("rdns:Rdns", own, /^s-\d+-2001:db8:.*::1$/);
}, 60_000);
