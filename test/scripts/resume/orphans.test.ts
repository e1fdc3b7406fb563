import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloudCall } from "../../../rolling/cloud-api";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { leftConnection } from "../../../scripts/resume/connections";
import { type Found, leftBehind } from "../../../scripts/resume/orphans";
import type { Checkpoint, PendingCreation } from "../../../scripts/resume/pending";

const cloud = new MemoryCloud();
beforeAll(() => cloud.start());
afterAll(() => cloud.stop());

const labels = { project: "webstack", stack: "dev" };
const serverType = "hcloud:index/server:Server";
const types: Record<string, string> = {
  servers: serverType,
  networks: "hcloud:index/network:Network",
  firewalls: "hcloud:index/firewall:Firewall",
  floating_ips: "hcloud:index/floatingIp:FloatingIp",
  placement_groups: "hcloud:index/placementGroup:PlacementGroup",
  ssh_keys: "hcloud:index/sshKey:SshKey",
  volumes: "hcloud:index/volume:Volume",
};
const bodies: Record<string, object> = {
  servers: { server_type: "cpx22", image: "ubuntu-26.04", location: "nbg1" },
  networks: { ip_range: "10.0.0.0/16" },
  firewalls: {},
  floating_ips: { type: "ipv4", home_location: "nbg1" },
  placement_groups: { type: "spread" },
  ssh_keys: {
    public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti",
  },
  volumes: { size: 10, location: "nbg1" },
};

/** Creates a resource; returns its id. */
async function made(collection: string, name: string, more: object = {}): Promise<number> {
  const body = { name, labels, ...bodies[collection], ...more };
  const answer = (await cloudCall(cloud.access, "POST", `/${collection}`, body)) as object;
  const found = Object.values(answer).find(
    (one: { name?: string } | null) => one?.name === name,
  ) as { id: number };
  return found.id;
}
async function isThere(collection: string, id: number): Promise<boolean> {
  return (await cloudCall(cloud.access, "GET", `/${collection}/${id}`)) !== undefined;
}
function creation(type: string, inputs: object): PendingCreation {
  return { urn: "u", type, project: "webstack", stack: "dev", inputs: { ...inputs } };
}
const left = (collection: string, name: string, state: Checkpoint = {}) =>
  leftBehind(cloud.access, state, creation(types[collection]!, { name }));
const refusal = (found: Found) => (found && "refusal" in found ? found.refusal : "");
async function removed(found: Found): Promise<void> {
  if (!found || !("orphan" in found)) throw new Error(`no orphan: ${refusal(found)}`);
  await found.orphan.remove();
}

describe("what the interrupted creation of a resource with a name left", () => {
  it.each(Object.keys(types))("is deleted, of %s", async (collection) => {
    const id = await made(collection, "left-1");
    await removed(await left(collection, "left-1"));
    expect(await isThere(collection, id)).toBe(false);
  });

  it.each(["servers", "networks", "floating_ips", "volumes"])(
    "is deleted though it is protected, of %s",
    async (collection) => {
      const id = await made(collection, "left-2");
      const path = `/${collection}/${id}/actions/change_protection`;
      const both = collection === "servers" ? { rebuild: true } : {};
      await cloudCall(cloud.access, "POST", path, { delete: true, ...both });
      await removed(await left(collection, "left-2"));
      expect(await isThere(collection, id)).toBe(false);
    },
  );

  it("is nothing if the creation never reached the cloud, or is of no resource with a name", async () => {
    expect(await left("servers", "left-3")).toBeUndefined();
    const other = creation("random:index/randomPassword:RandomPassword", { name: "left-3" });
    expect(await leftBehind(cloud.access, {}, other)).toBeUndefined();
  });

  it("is nothing if the state records the resource: a later up made it", async () => {
    const id = await made("servers", "kept-1");
    const state = { resources: [{ urn: "u", type: serverType, id: String(id) }] };
    expect(await left("servers", "kept-1", state)).toBeUndefined();
    // Another type may have the same id.
    const other = { resources: [{ urn: "u", type: types.volumes!, id: String(id) }] };
    expect(await left("servers", "kept-1", other)).toHaveProperty("orphan");
  });

  it("is not touched without the labels of the stack", async () => {
    await made("servers", "foreign-1", { labels: { project: "webstack", stack: "prod" } });
    expect(refusal(await left("servers", "foreign-1"))).toMatch(
      /^server foreign-1 \(id \d+\) lacks the label stack=dev, so it is not this stack's/,
    );
  });

  it("is not touched if it is older than the state, which then is not the stack's only one", async () => {
    await made("servers", "old-1");
    const at = (ms: number): Checkpoint => ({
      resources: [
        { urn: "s", type: "pulumi:pulumi:Stack", created: new Date(Date.now() + ms).toISOString() },
      ],
    });
    expect(refusal(await left("servers", "old-1", at(3_600_000)))).toContain(
      "before this state of the stack began",
    );
    expect(await left("servers", "old-1", at(-3_600_000))).toHaveProperty("orphan");
  });

  it("is not touched while something uses it", async () => {
    const server = await made("servers", "user-1");
    const volume = await made("volumes", "used-1");
    const act = (path: string, body: object) => cloudCall(cloud.access, "POST", path, body);
    await act(`/volumes/${volume}/actions/attach`, { server, automount: false });
    expect(refusal(await left("volumes", "used-1"))).toContain(`is in use (server: ${server})`);
    expect(refusal(await left("servers", "user-1"))).toContain(`is in use (volumes: [${volume}])`);
    const address = await made("floating_ips", "used-2", { server });
    expect(refusal(await left("floating_ips", "used-2"))).toContain("is in use (server: ");
    expect(await isThere("floating_ips", address)).toBe(true);
  });
});

describe("what the interrupted creation of a connection left", () => {
  const subnet = "hcloud:index/networkSubnet:NetworkSubnet";
  const attachment = "hcloud:index/volumeAttachment:VolumeAttachment";
  const connected = (type: string, inputs: object, state: Checkpoint = {}) =>
    leftConnection(cloud.access, state, creation(type, inputs));

  it("is removed: a subnet and a route", async () => {
    const networkId = await made("networks", "parts-1");
    const act = (what: string, body: object) =>
      cloudCall(cloud.access, "POST", `/networks/${networkId}/actions/${what}`, body);
    const ipRange = "10.0.1.0/24";
    await act("add_subnet", { type: "cloud", network_zone: "eu-central", ip_range: ipRange });
    await act("add_route", { destination: "0.0.0.0/0", gateway: "10.0.1.11" });
    const id = `${networkId}-${ipRange}`;
    const recorded = { resources: [{ urn: "u", type: subnet, id }] };
    expect(await connected(subnet, { networkId, ipRange }, recorded)).toBeUndefined();
    const route = { networkId, destination: "0.0.0.0/0", gateway: "10.0.1.12" };
    await removed(await connected("hcloud:index/networkRoute:NetworkRoute", route));
    await removed(await connected(subnet, { networkId, ipRange }));
    const { network } = (await cloudCall(cloud.access, "GET", `/networks/${networkId}`)) as {
      network: object;
    };
    expect(network).toMatchObject({ subnets: [], routes: [] });
    expect(await connected(subnet, { networkId, ipRange })).toBeUndefined();
  });

  it("is removed: the attachment of a volume to the new server, and to no other one", async () => {
    const serverId = await made("servers", "parts-2");
    const volumeId = await made("volumes", "parts-2");
    await cloudCall(cloud.access, "POST", `/volumes/${volumeId}/actions/attach`, {
      server: serverId,
    });
    expect(await connected(attachment, { volumeId, serverId: serverId + 1 })).toBeUndefined();
    await removed(await connected(attachment, { volumeId, serverId }));
    const { volume } = (await cloudCall(cloud.access, "GET", `/volumes/${volumeId}`)) as {
      volume: { server: number | null };
    };
    expect(volume.server).toBeNull();
    expect(await connected(attachment, { volumeId, serverId })).toBeUndefined();
  });

  it("is nothing of which the creation is not known", async () => {
    expect(
      await connected(subnet, { networkId: undefined, ipRange: "10.0.1.0/24" }),
    ).toBeUndefined();
    expect(await connected("hcloud:index/serverNetwork:ServerNetwork", {})).toBeUndefined();
  });
});
