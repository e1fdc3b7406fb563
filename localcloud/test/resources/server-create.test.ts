import { beforeEach, describe, expect, it } from "vitest";
import { publicKey } from "../support/ssh-keys";
import { TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const order = { name: "web", server_type: "cx23", image: "debian-13" };

describe("creating a server", () => {
  it("answers it as it begins, with its actions", async () => {
    const slow = new TestCloud({ actions: "async" });
    const answer = await slow.post("/servers", order);
    expect(answer.status).toBe(201);
    expect(answer.body.server).toMatchObject({
      name: "web",
      status: "initializing",
      server_type: { name: "cx23", cores: 2, memory: 4 },
      image: { name: "debian-13", architecture: "x86" },
      location: { name: "fsn1" },
      private_net: [],
      volumes: [],
      iso: null,
      placement_group: null,
      primary_disk_size: 40,
      protection: { delete: false, rebuild: false },
    });
    expect(answer.body.server).not.toHaveProperty("datacenter");
    const { id } = answer.body.server;
    const resources = [{ id, type: "server" }];
    expect(answer.body.action).toMatchObject({ command: "create_server", resources });
    expect(answer.body.next_actions).toMatchObject([
      { command: "start_server", status: "running" },
    ]);
    expect((await slow.get(`/servers/${id}`)).body.server.locked).toBe(true);
    await slow.clock.pass(150);
    const { server } = (await slow.get(`/servers/${id}`)).body;
    expect(server).toMatchObject({ status: "running", locked: false });
  });

  it("gives it public addresses that vanish with it", async () => {
    const { id, public_net } = await cloud.server();
    expect(public_net).toMatchObject({
      ipv4: { ip: "198.18.0.10", dns_ptr: "static.10.0.18.198.clients.your-server.de" },
      ipv6: { ip: expect.stringMatching(/^2001:db8:[0-9a-f]+:[0-9a-f]+::\/64$/), dns_ptr: [] },
      floating_ips: [],
      firewalls: [],
    });
    const { primary_ips } = (await cloud.get("/primary_ips")).body;
    expect(primary_ips).toMatchObject([
      { type: "ipv4", assignee_id: id, auto_delete: true },
      { type: "ipv6", assignee_id: id, auto_delete: true },
    ]);
  });

  it("gives a password only if no key was given", async () => {
    const { ssh_key } = await cloud.made("/ssh_keys", { name: "me", public_key: publicKey(1) });
    const without = await cloud.made("/servers", { ...order, name: "a" });
    expect(without.root_password).toMatch(/^.{16}$/);
    for (const [name, key] of [
      ["b", "me"],
      ["c", ssh_key.id],
    ]) {
      const made = await cloud.made("/servers", { ...order, name, ssh_keys: [key] });
      expect(made.root_password).toBeNull();
      const spec = cloud.driver.machines.get(made.server.id)!.spec;
      expect(spec.sshKeys).toEqual([{ name: "me", publicKey: publicKey(1) }]);
      expect(spec).not.toHaveProperty("rootPassword");
    }
  });

  it("leaves it off if it is not to start", async () => {
    const made = await cloud.made("/servers", { ...order, start_after_create: false });
    expect(made.next_actions).toEqual([]);
    expect((await cloud.get(`/servers/${made.server.id}`)).body.server.status).toBe("off");
    expect(cloud.driver.calls).not.toContain(`powerOn ${made.server.id}`);
  });

  it("plugs in all it was ordered with before it starts", async () => {
    const network = await cloud.network();
    const { volume } = await cloud.made("/volumes", { name: "v", size: 10, location: "fsn1" });
    const { firewall } = await cloud.made("/firewalls", { name: "f" });
    const { placement_group } = await cloud.made("/placement_groups", {
      name: "g",
      type: "spread",
    });
    cloud.driver.calls.length = 0;
    const made = await cloud.made("/servers", {
      ...order,
      networks: [network.id],
      volumes: [volume.id],
      firewalls: [{ firewall: firewall.id }],
      placement_group: placement_group.id,
      labels: { a: "b" },
    });
    const { id } = made.server;
    const next = made.next_actions.map(({ command }: { command: string }) => command);
    expect(next).toEqual(["attach_to_network", "attach_volume", "start_server"]);
    expect(cloud.driver.calls).toEqual([
      `create ${id}`,
      `setFirewall ${id}`,
      `attachNetwork ${id}`,
      `attachVolume ${volume.id}`,
      `powerOn ${id}`,
    ]);
    expect((await cloud.get(`/servers/${id}`)).body.server).toMatchObject({
      private_net: [{ network: network.id, ip: "10.0.1.1", alias_ips: [] }],
      volumes: [volume.id],
      public_net: { firewalls: [{ id: firewall.id, status: "applied" }] },
      placement_group: { id: placement_group.id, servers: [id] },
      labels: { a: "b" },
    });
  });

  it("uses the primary IPs it is given", async () => {
    const body = { name: "mine", type: "ipv4", location: "hel1" };
    const { primary_ip } = await cloud.made("/primary_ips", body);
    const { id, public_net } = await cloud.server({
      location: "hel1",
      public_net: { ipv4: primary_ip.id, enable_ipv6: false },
    });
    expect(public_net).toMatchObject({
      ipv4: { id: primary_ip.id, ip: primary_ip.ip },
      ipv6: null,
    });
    const answer = await cloud.get(`/primary_ips/${primary_ip.id}`);
    expect(answer.body.primary_ip).toMatchObject({ assignee_id: id, auto_delete: false });
  });

  it("takes the image for the type's architecture", async () => {
    const { image } = await cloud.server({ server_type: "cax11", image: "ubuntu-24.04" });
    expect(image).toMatchObject({ name: "ubuntu-24.04", architecture: "arm", id: 161547270 });
  });

  it("hands the machine what it was ordered with", async () => {
    const { id } = await cloud.server({ ...order, user_data: "#cloud-config\n", location: "nbg1" });
    expect(cloud.driver.machines.get(id)!.spec).toMatchObject({
      name: "web",
      image: "debian-13",
      userData: "#cloud-config\n",
      cores: 2,
      memoryGb: 4,
      diskGb: 40,
      location: "nbg1",
      networkZone: "eu-central",
      publicNic: { ipv4: { ip: "198.18.0.10" } },
    });
  });

  it("ends both actions with the reason if the machine cannot be made", async () => {
    cloud.driver.failing = { create: "no space left" };
    const made = await cloud.made("/servers", order);
    for (const action of [made.action, ...made.next_actions]) {
      expect(action).toMatchObject({
        status: "error",
        error: { code: "action_failed", message: "no space left" },
      });
    }
    const { server } = (await cloud.get(`/servers/${made.server.id}`)).body;
    expect(server).toMatchObject({ status: "off", locked: false });
    expect((await cloud.delete(`/servers/${made.server.id}`)).status).toBe(200);
  });
});
