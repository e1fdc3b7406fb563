import { describe, expect, it } from "vitest";
import { userDataHash } from "../../../offline/hcloud/server-table";
import { unknown } from "../../../plugin/values";
import { checked, plan, standIn, subject } from "./resource-under-test";

const server = "hcloud:index/server:Server";
const nic = "hcloud:index/serverNetwork:ServerNetwork";
const network = "hcloud:index/network:Network";
const firewall = "hcloud:index/firewall:Firewall";
const primaryIp = "hcloud:index/primaryIp:PrimaryIp";
const sshKey = "hcloud:index/sshKey:SshKey";

describe("names", () => {
  it("are the name in the program, a dash and seven hex digits", () => {
    expect(checked(network, { ipRange: "10.0.0.0/16" }).inputs.name).toMatch(/^thing-[0-9a-f]{7}$/);
  });

  it("stay once made", () => {
    const { inputs } = checked(network, { ipRange: "10.0.0.0/16" });
    expect(checked(network, { ipRange: "10.0.0.0/16" }, inputs).inputs.name).toBe(inputs.name);
  });

  it("that are explicit delete before they replace, in the SDK half only", () => {
    const change = (more: object) =>
      plan(network, { ipRange: "10.0.0.0/16", ...more }, { ipRange: "10.1.0.0/16", ...more });
    expect(change({ name: "net" }).deleteBeforeReplace).toBe(true);
    expect(change({}).deleteBeforeReplace).toBe(false);
    const key = plan(sshKey, { name: "k", publicKey: "a" }, { name: "k", publicKey: "b" });
    expect(key).toMatchObject({ step: "replace", deleteBeforeReplace: false });
  });

  it("are not made for what has none", () => {
    const { inputs } = checked(nic, { serverId: 1, networkId: 1 });
    expect(inputs).not.toHaveProperty("name");
  });
});

describe("a server", () => {
  const inputs = { serverType: "cpx22", image: "ubuntu-26.04", name: "web-1" };

  it("compares user data with the hash in the state", () => {
    const asked = checked(server, { ...inputs, userData: "#cloud-config\n" }).inputs;
    const state = { ...asked, userData: userDataHash("#cloud-config\n") };
    const request = { ...subject(server), id: "1", state, oldInputs: asked, inputs: asked };
    expect(standIn.diff(request).changes).toEqual([]);
  });

  it("gets an empty list of alias addresses in each network", () => {
    const { networks } = checked(server, { ...inputs, networks: [{ networkId: 1 }] }).inputs;
    expect(networks).toEqual([{ __defaults: [], networkId: 1, aliasIps: [] }]);
  });

  it("is refused in the plan if it is twice in a network", () => {
    const twice = { ...inputs, networks: [{ networkId: 7 }, { subnetId: "7-10.0.1.0/24" }] };
    expect(checked(server, twice).failures).toEqual([]);
    expect(() => plan(server, inputs, twice)).toThrow("network 7 once");
  });

  it("is refused in the plan if an address is outside its subnet", () => {
    const networks = [{ subnetId: "7-10.0.1.0/24", ip: "10.0.2.1" }];
    expect(() => plan(server, inputs, { ...inputs, networks })).toThrow("ip 10.0.2.1 is not in");
  });

  it("ignores firewalls of others if told so", () => {
    const asked = checked(server, {
      ...inputs,
      firewallIds: [1],
      ignoreRemoteFirewallIds: true,
    }).inputs;
    const request = { ...subject(server), id: "1", oldInputs: asked, inputs: asked };
    const drifted = { ...asked, firewallIds: [1, 2] };
    expect(standIn.diff({ ...request, state: drifted }).changes).toEqual([]);
    const strict = { ...asked, ignoreRemoteFirewallIds: false };
    const changes = standIn.diff({ ...request, state: drifted, inputs: strict }).changes;
    expect(changes.map(({ path }) => path)).toContain("firewallIds[1]");
  });
});

describe("a connection to a network", () => {
  it("is replaced if its address is outside the subnet", () => {
    const asked = { serverId: 1, subnetId: "1-10.0.1.0/24" };
    expect(plan(nic, asked, asked, { ip: "10.0.1.9" }).step).toBe("none");
    expect(plan(nic, asked, asked, { ip: "10.0.2.9" })).toMatchObject({
      step: "replace",
      paths: ["ip"],
    });
  });

  it("is replaced with a server that is not known yet", () => {
    const asked = { serverId: 1, networkId: 1 };
    expect(plan(nic, asked, { ...asked, serverId: unknown }).step).toBe("replace");
  });
});

describe("a primary address", () => {
  it("leaves its assignee open in every update", () => {
    const asked = { type: "ipv4", location: "nbg1" };
    const after = { ...asked, labels: { a: "b" } };
    const { paths } = plan(primaryIp, asked, after, { assigneeId: 5, assigneeType: "server" });
    expect(paths).toEqual(["labels", "assigneeId", "assigneeType", "datacenter"]);
  });
});

describe("inputs are refused", () => {
  const ipv4 = { type: "ipv4", location: "nbg1" };
  const refused = (type: string, news: object) =>
    checked(type, news as never).failures.map(({ property, reason }) => `${property}: ${reason}`);

  it.each([
    ["a missing one", network, {}, /^ipRange: Missing required argument/],
    ["a block that is none", network, { ipRange: "10.0.0.0" }, /^ipRange: invalid CIDR address/],
    ["an unknown one", network, { ipRange: "10.0.0.0/16", zone: "x" }, /^zone: Invalid or unknown/],
    ["a label's key", network, { ipRange: "10.0.0.0/16", labels: { "-a": "b" } }, /label key '-a'/],
    ["a label's value", sshKey, { publicKey: "a", labels: { a: "b c" } }, /label value 'b c'/],
    ["an empty image", server, { serverType: "a", image: "" }, /^image: image must not be empty/],
    ["no network", nic, { serverId: 1 }, /exactly one of networkId, subnetId/],
    ["two networks", nic, { serverId: 1, networkId: 1, subnetId: "1-a" }, /exactly one of/],
    ["an address", nic, { serverId: 1, networkId: 1, ip: "10.0.0" }, /^ip: invalid IP address/],
    ["no place", primaryIp, { type: "ipv4" }, /exactly one of location, assigneeId/],
    ["a datacenter", server, { serverType: "a", datacenter: "nbg1-dc3" }, /use location/],
    ["its datacenter", primaryIp, { ...ipv4, datacenter: "nbg1-dc3" }, /use location/],
    ["an assignee alone", primaryIp, { type: "ipv4", assigneeId: 1 }, /assigneeType must be given/],
  ])("%s", (_what, type, news, message) => {
    expect(refused(type, news)).toEqual([expect.stringMatching(message)]);
  });

  it("host bits in a firewall's block, and a direction that is none", () => {
    const rule = { direction: "up", protocol: "tcp", port: "80", sourceIps: ["10.0.0.1/24"] };
    expect(refused(firewall, { rules: [rule] })).toEqual([
      expect.stringMatching(/^rules\[0\].direction: .* one of \["in" "out"\], got up/),
      expect.stringMatching(/^rules\[0\].sourceIps: 10.0.0.1\/24 is not the start/),
    ]);
  });

  it("but not those that are not known yet", () => {
    expect(refused(network, { ipRange: unknown, labels: unknown })).toEqual([]);
    expect(refused(nic, { serverId: unknown, subnetId: unknown })).toEqual([]);
  });
});
