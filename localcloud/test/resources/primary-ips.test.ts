import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud();
});

const body = { name: "ip", type: "ipv4", location: "fsn1" };
const make = async (overrides: object = {}) =>
  (await cloud.made("/primary_ips", { ...body, ...overrides })).primary_ip;
const act = (id: number, path: string, wanted: object = {}) =>
  cloud.post(`/primary_ips/${id}/actions/${path}`, wanted);
const read = async (id: number) => (await cloud.get(`/primary_ips/${id}`)).body.primary_ip;
const bare = { public_net: { enable_ipv4: false, enable_ipv6: true } };

describe("primary IPs", () => {
  it("show what they were made with", async () => {
    const ip = await make({ labels: { a: "b" } });
    expect(ip).toMatchObject({
      name: "ip",
      type: "ipv4",
      ip: "198.18.0.10",
      assignee_id: null,
      assignee_type: "unassigned",
      auto_delete: false,
      blocked: false,
      dns_ptr: [{ ip: "198.18.0.10", dns_ptr: "static.10.0.18.198.clients.your-server.de" }],
      location: { name: "fsn1" },
      protection: { delete: false },
      labels: { a: "b" },
    });
    expect(ip).not.toHaveProperty("datacenter");
    expect(await cloud.ids("/primary_ips?name=ip")).toEqual([ip.id]);
    expect(await cloud.ids("/primary_ips?ip=198.18.0.10")).toEqual([ip.id]);
    expect(await cloud.ids("/primary_ips?ip=198.18.0.11")).toEqual([]);
  });

  it("had a datacenter and an assignee type before summer 2026", async () => {
    cloud = new TestCloud({ apiDate: "2026-06-30" });
    const ip = await make({ location: undefined, datacenter: "hel1-dc2" });
    expect(ip).toMatchObject({
      assignee_type: "server",
      location: { name: "hel1" },
      datacenter: { name: "hel1-dc2" },
    });
  });

  it("can be renamed and set to vanish with their server", async () => {
    const { id } = await make();
    const wanted = { name: "new", auto_delete: true, labels: { c: "d" } };
    expect((await cloud.put(`/primary_ips/${id}`, wanted)).body.primary_ip).toMatchObject(wanted);
  });

  it("are made for a server that is off, in its location", async () => {
    const server = await cloud.serverOff({ ...bare, location: "nbg1" });
    const wanted = {
      ...body,
      location: undefined,
      assignee_id: server.id,
      assignee_type: "server",
    };
    const { primary_ip, action } = await cloud.made("/primary_ips", wanted);
    expect(action).toMatchObject({ command: "create_primary_ip", status: "success" });
    expect(primary_ip).toMatchObject({
      assignee_id: server.id,
      assignee_type: "server",
      location: { name: "nbg1" },
    });
    expect(cloud.driver.calls.at(-1)).toBe(`setPublicNic ${server.id}`);
  });

  it("are refused without a place, with a taken name, for a server that runs or has one", async () => {
    const post = (overrides: object) => cloud.post("/primary_ips", { ...body, ...overrides });
    expect(await post({ location: undefined })).toMatchObject(
      refused(422, "invalid_input", { location: /required/ }),
    );
    await make();
    expect(await post({})).toMatchObject(refused(409, "uniqueness_error"));
    const running = await cloud.server(bare);
    const assignee_id = running.id;
    expect(await post({ name: "b", assignee_id })).toMatchObject(
      refused(422, "server_not_stopped"),
    );
    const off = await cloud.serverOff();
    expect(await post({ name: "b", assignee_id: off.id })).toMatchObject(
      refused(422, "server_has_ipv4"),
    );
  });

  it("run out", async () => {
    for (let n = 0; n < 190; n++) await make({ name: `ip-${n}` });
    expect(await cloud.post("/primary_ips", body)).toMatchObject(
      refused(403, "resource_limit_exceeded"),
    );
  });
});

describe("assigning a primary IP", () => {
  it("wants a server that is off and has none of the kind, in the same location", async () => {
    const { id } = await make();
    const assign = (assignee_id: number) =>
      act(id, "assign", { assignee_id, assignee_type: "server" });
    const running = await cloud.server(bare);
    expect(await assign(running.id)).toMatchObject(refused(422, "server_not_stopped"));
    const other = await cloud.serverOff();
    expect(await assign(other.id)).toMatchObject(refused(422, "server_has_ipv4"));
    const away = await cloud.serverOff({ ...bare, location: "hel1" });
    expect(await assign(away.id)).toMatchObject(refused(422, "primary_ip_datacenter_mismatch"));
    const fitting = await cloud.serverOff(bare);
    expect((await assign(fitting.id)).body.action.command).toBe("assign_primary_ip");
    expect((await read(id)).assignee_id).toBe(fitting.id);
    expect(await assign(away.id)).toMatchObject(refused(422, "primary_ip_already_assigned"));
  });

  it("is undone on a server that is off", async () => {
    const server = await cloud.server();
    const { id } = server.public_net.ipv4;
    expect(await act(id, "unassign")).toMatchObject(refused(422, "server_not_stopped"));
    await cloud.acted(`/servers/${server.id}/actions/poweroff`);
    expect((await act(id, "unassign")).body.action.command).toBe("unassign_primary_ip");
    expect((await read(id)).assignee_id).toBeNull();
    expect((await cloud.get(`/servers/${server.id}`)).body.server.public_net.ipv4).toBeNull();
  });
});

describe("a primary IP that is ordered for a server", () => {
  it("is where the server is, and nowhere else", async () => {
    const public_net = { enable_ipv4: false };
    const { id } = await cloud.serverOff({ location: "nbg1", public_net });
    const order = { name: "p", type: "ipv4", assignee_id: id, assignee_type: "server" };
    expect(await cloud.post("/primary_ips", { ...order, location: "hel1" })).toMatchObject(
      refused(422, "invalid_input", { location: /server's/ }),
    );
    expect((await cloud.made("/primary_ips", order)).primary_ip.location.name).toBe("nbg1");
  });
});

describe("deleting a primary IP", () => {
  it("is refused while it is assigned", async () => {
    const { public_net } = await cloud.serverOff();
    const path = `/primary_ips/${public_net.ipv4.id}`;
    expect(await cloud.delete(path)).toMatchObject(refused(422, "must_be_unassigned"));
    await act(public_net.ipv4.id, "unassign");
    expect((await cloud.delete(path)).status).toBe(204);
  });

  it("took it from a server that was off before May 2026", async () => {
    cloud = new TestCloud({ apiDate: "2026-04-30" });
    const off = await cloud.serverOff();
    expect((await cloud.delete(`/primary_ips/${off.public_net.ipv4.id}`)).status).toBe(204);
    expect(cloud.driver.calls.at(-1)).toBe(`setPublicNic ${off.id}`);
    const running = await cloud.server();
    expect(await cloud.delete(`/primary_ips/${running.public_net.ipv4.id}`)).toMatchObject(
      refused(422, "server_not_stopped"),
    );
  });

  it("is refused under protection", async () => {
    const { id } = await make();
    expect((await act(id, "change_protection", { delete: true })).status).toBe(201);
    expect((await read(id)).protection).toEqual({ delete: true });
    expect(await cloud.delete(`/primary_ips/${id}`)).toMatchObject(refused(423, "protected"));
  });
});

describe("reverse DNS of a primary IP", () => {
  it("is an action of the address", async () => {
    const { id, ip } = await make();
    const answer = await act(id, "change_dns_ptr", { ip, dns_ptr: "a.example.com" });
    expect(answer.body.action).toMatchObject({
      command: "change_dns_ptr",
      resources: [{ id, type: "primary_ip" }],
    });
    expect((await read(id)).dns_ptr).toEqual([{ ip, dns_ptr: "a.example.com" }]);
  });
});
