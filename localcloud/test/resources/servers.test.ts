import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

describe("servers", () => {
  it("are listed by name, status and label", async () => {
    const cloud = new TestCloud();
    const on = await cloud.server({ name: "on", labels: { role: "web" } });
    const off = await cloud.serverOff({ name: "off" });
    expect(await cloud.ids("/servers")).toEqual([on.id, off.id]);
    expect(await cloud.ids("/servers?status=off")).toEqual([off.id]);
    expect(await cloud.ids("/servers?status=off&status=running")).toEqual([on.id, off.id]);
    expect(await cloud.ids("/servers?name=on")).toEqual([on.id]);
    expect(await cloud.ids("/servers?label_selector=role%3Dweb")).toEqual([on.id]);
  });

  it("can be renamed and labelled, with a host name only", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.server();
    const wanted = { name: "web-1.example.com", labels: { a: "b" } };
    expect((await cloud.put(`/servers/${id}`, wanted)).body.server).toMatchObject(wanted);
    expect(await cloud.put(`/servers/${id}`, { name: "web_1" })).toMatchObject(
      refused(422, "invalid_input", { name: /host name/ }),
    );
  });

  it("come under a firewall's label selector when they get the label", async () => {
    const cloud = new TestCloud();
    const label_selector = { selector: "role=web" };
    const apply_to = [{ type: "label_selector", label_selector }];
    const { firewall } = await cloud.made("/firewalls", { name: "web", apply_to });
    const { id, public_net } = await cloud.server();
    expect(public_net.firewalls).toEqual([]);
    const { body } = await cloud.put(`/servers/${id}`, { labels: { role: "web" } });
    expect(body.server.public_net.firewalls).toEqual([{ id: firewall.id, status: "applied" }]);
    expect(cloud.driver.calls.at(-1)).toBe(`setFirewall ${id}`);
  });
});

describe("deleting a server", () => {
  it("answers an action and takes the machine and its own addresses along", async () => {
    const cloud = new TestCloud();
    const server = await cloud.server();
    const answer = await cloud.delete(`/servers/${server.id}`);
    expect(answer.status).toBe(200);
    expect(answer.body.action).toMatchObject({ command: "delete_server", status: "success" });
    expect((await cloud.get(`/servers/${server.id}`)).body.error.code).toBe("not_found");
    expect(cloud.driver.machines.size).toBe(0);
    expect(await cloud.ids("/primary_ips")).toEqual([]);
    expect(await cloud.delete(`/servers/${server.id}`)).toMatchObject(refused(404, "not_found"));
  });

  it("keeps what is not its own, free for others", async () => {
    const cloud = new TestCloud();
    const { primary_ip } = await cloud.made("/primary_ips", {
      name: "kept",
      type: "ipv4",
      location: "fsn1",
    });
    const { firewall } = await cloud.made("/firewalls", { name: "kept" });
    const { volume } = await cloud.made("/volumes", { name: "kept", size: 10, location: "fsn1" });
    const server = await cloud.server({
      location: "fsn1",
      public_net: { ipv4: primary_ip.id },
      firewalls: [{ firewall: firewall.id }],
      volumes: [volume.id],
    });
    const { floating_ip } = await cloud.made("/floating_ips", { type: "ipv4", server: server.id });
    await cloud.delete(`/servers/${server.id}`);
    const read = async (path: string) => (await cloud.get(path)).body;
    expect((await read(`/primary_ips/${primary_ip.id}`)).primary_ip.assignee_id).toBeNull();
    expect((await read(`/volumes/${volume.id}`)).volume.server).toBeNull();
    expect((await read(`/floating_ips/${floating_ip.id}`)).floating_ip.server).toBeNull();
    expect((await read(`/firewalls/${firewall.id}`)).firewall.applied_to).toEqual([]);
    expect(cloud.driver.floatingIps.get(floating_ip.ip)).toBeUndefined();
    expect(cloud.driver.calls.slice(-2)).toEqual([
      `detachVolume ${volume.id}`,
      `destroy ${server.id}`,
    ]);
  });

  it("is refused under protection", async () => {
    const cloud = new TestCloud();
    const { id } = await cloud.server();
    const path = `/servers/${id}/actions/change_protection`;
    await cloud.acted(path, { delete: true, rebuild: true });
    const answer = await cloud.delete(`/servers/${id}`);
    expect(answer).toMatchObject(refused(423, "protected"));
    expect(answer.body.error.message).toBe("server is delete protected");
  });

  it("is refused while the server is being made", async () => {
    const cloud = new TestCloud({ actions: "async" });
    const body = { name: "web", server_type: "cx23", image: "debian-13" };
    const { server } = await cloud.made("/servers", body);
    expect(await cloud.delete(`/servers/${server.id}`)).toMatchObject(refused(423, "locked"));
    await cloud.clock.pass(150);
    expect((await cloud.delete(`/servers/${server.id}`)).status).toBe(200);
    expect((await cloud.get(`/servers/${server.id}`)).body.server.status).toBe("deleting");
    await cloud.clock.pass(150);
    expect((await cloud.get(`/servers/${server.id}`)).status).toBe(404);
  });
});
